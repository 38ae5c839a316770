import type { PolicyOverrides } from '../../core/policy.js';
import type { ConnectionOwner } from './connection.js';
import type { VetoOptions } from './doubts/vetoes.js';
import type { LivenessOptions } from './liveness/liveness-options.js';
import type { RegistryPolicy } from './policy/registry-policy.js';

/** How to make a `ConnectionRegistry`. */
export interface RegistryOptions extends VetoOptions {
  /** What differs from `defaultPolicy`, for all connections or by rules for some peers. */
  readonly policy?: RegistryPolicy;
}

/** How to track one connection; `beforeInvalidate` and `postponeMs`: instead of the registry's. */
export interface TrackOptions extends VetoOptions {
  /** The application's own name for the connection, for events and views. */
  readonly label?: string;
  /** What differs from the registry's policy, for this connection. */
  readonly policy?: PolicyOverrides;
  /**
   * The host that the application asked for, a name or an address: what the hosts of a policy's rules are compared with.
   * A socket's is known without it as soon as it looks up a name or, over TLS, has greeted its peer by one.
   */
  readonly host?: string;
  /** When its peer counts as dead for being silent. Default: never; only the network's verdict counts. */
  readonly liveness?: LivenessOptions;
  /** Default `main`. */
  readonly owner?: ConnectionOwner;
  /**
   * How long what was sent may stay unacknowledged, in milliseconds, before the kernel closes the connection by itself (error
   * `ETIMEDOUT`), wherever the fault lies: TCP_USER_TIMEOUT, RFC 5482, tcp(7). It is set once the socket has connected.
   * A whole number from 1 to 2147483647; default: left as it is, about 15 minutes. It has no effect on flow descriptors, on
   * platforms other than Linux, and on TLS over a stream that is no socket of Node's.
   */
  readonly userTimeoutMs?: number;
}
