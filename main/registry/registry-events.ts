import type { Path } from '../../core/network-types.js';
import type { Reason, Verdict } from '../../core/verdict-types.js';
import type { Connection } from './connection.js';

/** What happened to a connection. */
export interface ConnectionEvent {
  readonly connection: Connection;
  readonly verdict: Verdict;
  /** `null` when it recovered. */
  readonly reason: Reason | null;
  /** `suspect`, `invalidated`: the path it had; `recovered`, `rerouted`: the path it has now. */
  readonly path: Path | null;
}

/** Events of a `ConnectionRegistry`. */
export interface ConnectionRegistryEvents {
  /** The verdict turned bad; the grace period runs. */
  suspect: [event: ConnectionEvent];
  /** A suspect or rerouted connection is routable again, as before. Nothing was closed. */
  recovered: [event: ConnectionEvent];
  /** Its traffic now leaves by another way; better reconnect soon. It stays open. */
  rerouted: [event: ConnectionEvent];
  /** It was closed with an `UnroutableError`: the mirror and the kernel agree that it cannot work. */
  invalidated: [event: ConnectionEvent];
  /** It is tracked no more, for whatever reason. */
  untracked: [connection: Connection];
  /** The machine is about to sleep: nothing is closed until `resumed`. */
  suspended: [];
  /** The machine slept. All connections were judged by the network as it is now; the dead ones are invalidated. */
  resumed: [];
}

/** The events that tell what became of a verdict. */
export type VerdictEvent = 'suspect' | 'recovered' | 'rerouted' | 'invalidated';
