import type { Policy, PolicyOverrides } from '../../core/policy.js';
import type { Flow, Verdict } from '../../core/verdict-types.js';

/**
 * `pending`: a socket that is still connecting; `routable`; `rerouted`: works or not, its traffic leaves by another
 * way; `suspect`: its verdict turned bad and its grace period runs; `invalidated`: closed by us; `closed`: by others.
 */
export type ConnectionState = 'pending' | 'routable' | 'rerouted' | 'suspect' | 'invalidated' | 'closed';

/**
 * Who opened a connection: code of the main process; a page that tracks it; or Chromium, for whichever page, worker or
 * download (see docs/chromium.md).
 */
export type ConnectionOwner = 'main' | 'page' | 'chromium';

/** What the application sees of a tracked connection. Its properties are live. */
export interface Connection {
  /** Unique in its registry. */
  readonly id: number;
  readonly owner: ConnectionOwner;
  /** The application's own name for it; default the peer's address and port. */
  readonly label: string;
  readonly state: ConnectionState;
  /** `null` while `pending`. */
  readonly flow: Flow | null;
  /** `null` while `pending`. */
  readonly verdict: Verdict | null;
  /** What holds for it now: `defaultPolicy`, the registry's policy, the first matching rule's, its own; the last counts. */
  readonly policy: Policy;
  /** When `state` last changed: milliseconds of `performance.now()`. */
  readonly since: number;
  /**
   * Replaces the connection's own policy (`TrackOptions.policy`), at once, also where it is suspect already: a doubt for a
   * reason that is now ignored ends without an event; a grace period counts from when its reason began.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a policy it cannot use, naming the field; then nothing changes.
   */
  setPolicy(policy: PolicyOverrides): void;
  /**
   * Says that the peer has just shown that it lives, where roamkit cannot see it: for flow descriptors with
   * `TrackOptions.liveness`. Bytes that a tracked socket receives count by themselves.
   */
  proveAlive(): void;
  /** Stops tracking and leaves the connection as it is. Idempotent. */
  untrack(): void;
}
