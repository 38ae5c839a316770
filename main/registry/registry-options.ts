import type { PolicyOverrides } from '../../core/policy.js';
import type { ConnectionOwner } from './connection.js';

/** How to make a `ConnectionRegistry`. */
export interface RegistryOptions {
  /** What differs from `defaultPolicy`, for all connections. */
  readonly policy?: PolicyOverrides;
}

/** How to track one connection. */
export interface TrackOptions {
  /** The application's own name for the connection, for events and views. */
  readonly label?: string;
  /** What differs from the registry's policy, for this connection. */
  readonly policy?: PolicyOverrides;
  /** Default `main`. */
  readonly owner?: ConnectionOwner;
}
