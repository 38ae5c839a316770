import type { PolicyOverrides } from '../../core/policy.js';
import type { ConnectionOwner } from './connection.js';
import type { LivenessOptions } from './liveness-options.js';
import type { RegistryPolicy } from './registry-policy.js';
import type { VetoOptions } from './vetoes.js';

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
}
