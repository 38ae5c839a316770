import type { Connection, ConnectionEvent, NetworkMonitor, Path } from 'roamkit';
import type { ConnectionRow, RowPath } from '../../shared/view.js';
import { monotonicNow } from '../monotonic.js';

type RowState = Pick<ConnectionRow, 'state' | 'reason' | 'path' | 'since'>;

/** How a row got its connection. */
export interface Opening {
  readonly how: 'opened' | 'moved' | 'reopened' | 'returned';
  /**
   * `moved`, `reopened`: since the kernel's news that put the one before in doubt; `returned`: since its news that there
   * is a path again. `null`: nothing to measure from.
   */
  readonly tookMs: number | null;
}

/** What a row remembers while connections come and go behind it. */
export class RowHistory {
  #last: RowState = { state: 'pending', reason: null, path: null, since: Date.now() };
  #lastPath: RowPath | null = null;
  /** When the kernel told what put the connection in doubt, or that there is a path again. */
  #troubleAt: number | null = null;
  #isReturning = false;
  #wasOpen = false;
  readonly #monitor: NetworkMonitor;

  constructor(monitor: NetworkMonitor) {
    this.#monitor = monitor;
  }

  /** What to show while there is `connection`, or after it is gone. */
  state(connection: Connection | null): RowState {
    if (connection === null) return this.#last;
    const { verdict } = connection;
    this.#lastPath = rowPath(verdict?.path ?? null) ?? this.#loopback(connection) ?? this.#lastPath;
    return {
      state: connection.state,
      reason: verdict?.reason ?? null,
      path: connection.state === 'pending' ? null : this.#lastPath,
      // performance.now() counts from timeOrigin.
      since: performance.timeOrigin + connection.since,
    };
  }

  /** The connection is in doubt since the kernel's news of `kernelAt`. */
  troubled(kernelAt: number): void {
    this.#troubleAt ??= kernelAt;
  }

  recovered(): void {
    this.#troubleAt = null;
  }

  invalidated({ reason, path }: ConnectionEvent): void {
    this.#last = {
      state: 'invalidated',
      reason,
      path: rowPath(path) ?? this.#lastPath,
      since: Date.now(),
    };
  }

  /** The connection ended without roamkit's doing. */
  closed(): void {
    this.#last = { state: 'closed', reason: null, path: this.#lastPath, since: Date.now() };
    this.#troubleAt = null;
  }

  /** There is no path: what counts from now on is when one comes back. */
  waits(): void {
    this.#isReturning = true;
    this.#troubleAt = null;
  }

  /** A path is back since the kernel's news of `kernelAt`. */
  pathIsBack(kernelAt: number): void {
    if (this.#isReturning) this.#troubleAt ??= kernelAt;
  }

  opened({ isReplacement = false } = {}): Opening {
    const tookMs = this.#troubleAt === null ? null : monotonicNow() - this.#troubleAt;
    const again = isReplacement ? 'moved' : this.#isReturning ? 'returned' : 'reopened';
    const how = this.#wasOpen ? again : 'opened';
    this.#wasOpen = true;
    this.#isReturning = false;
    this.#troubleAt = null;
    return { how, tookMs };
  }

  // A flow that stays on this computer has no path in its verdict; the table says so rather than nothing.
  #loopback({ flow }: Connection): RowPath | null {
    if (flow === null) return null;
    const { link, type } = this.#monitor.lookup(flow.remote.address);
    return type === 'local' && link !== null ? { link, gateway: null } : null;
  }
}

function rowPath(path: Path | null): RowPath | null {
  return path === null ? null : { link: path.link, gateway: path.gateway };
}
