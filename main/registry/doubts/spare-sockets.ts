import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import { scopedLookup } from '../../monitor/scoped-lookup.js';
import type { TrackedConnection } from '../tracked-connection.js';
import { GraceTimers } from './grace-timers.js';

// A request that is made 50 ms after a switch must find the dead sockets gone. What DHCP clients and network managers
// delete and put back is back within a few milliseconds.
const SPARE_GRACE_MS = 25;

/** What {@link SpareSockets} needs from around it. */
export interface SpareSocketsContext {
  readonly monitor: Pick<NetworkMonitor, 'isClosed' | 'lookup' | 'state'>;
  /** Asks mirror and kernel about suspects, without waiting for the end of their grace period, and does what follows. */
  readonly confirm: (suspects: readonly TrackedConnection[]) => void;
}

/**
 * Suspects that wait in a pool, such as an `http.Agent`'s or undici's, for the next request. Nothing is lost when such a socket is
 * closed, but the request that gets it; so where the peer can be reached by another way they are not given their
 * whole grace period. One for all of a registry.
 */
export class SpareSockets {
  readonly #context: SpareSocketsContext;
  readonly #timers = new GraceTimers<TrackedConnection>((due) => this.#confirm(due));

  constructor(context: SpareSocketsContext) {
    this.#context = context;
  }

  /** The connection has turned suspect. */
  suspected(connection: TrackedConnection): void {
    if (connection.isSpare()) this.#timers.schedule(connection, SPARE_GRACE_MS);
  }

  /** The connection is suspect no more. */
  forget(connection: TrackedConnection): void {
    this.#timers.cancel(connection);
  }

  /** Forgets all. */
  clear(): void {
    this.#timers.clear();
  }

  #confirm(due: readonly TrackedConnection[]): void {
    if (this.#context.monitor.isClosed) return;
    // Those that a request has got meanwhile have their whole grace period.
    this.#context.confirm(due.filter((connection) => connection.isSpare() && this.#hasOtherWay(connection)));
  }

  // A new connection to the same peer would leave by a link that works.
  #hasOtherWay({ flow }: TrackedConnection): boolean {
    if (flow === null) return false;
    const { monitor } = this.#context;
    const found = scopedLookup(monitor, flow.remote.address, flow.oif === null ? {} : { oif: flow.oif });
    if (found?.routable !== true) return false;
    return monitor.state.links.some(({ ifindex, hasCarrier }) => ifindex === found.oif && hasCarrier);
  }
}
