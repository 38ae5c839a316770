import { setTimeout as delay } from 'node:timers/promises';
import { defaultPolicy, type PolicyOverrides } from '../../core/policy.js';
import { throwLater } from '../../core/throw-later.js';
import type { MonitorBatch } from '../monitor/backend.js';
import type { NativeAddon, NativeError, NativeInventory } from '../monitor/native-addon.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import { backgroundClock } from '../registry/background-clock.js';
import type { Connection } from '../registry/connection.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import {
  type ChromiumAccess,
  coarse,
  type FailedProcess,
  failureIn,
  isGone,
  isPassing,
  PRECISE,
} from './chromium-access.js';
import type { ChromiumGuard } from './chromium-guard.js';
import { cookieHalves, type HeldSocket, heldSockets } from './held-socket.js';
import { InventoryPace } from './inventory-pace.js';

// How long a first inventory waits for the mirror, at most.
const MOST_BEHIND_MS = 500;
// Where the system has too few descriptors, say: soon, since what is dead waits for it, then ever more seldom.
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;

const NAME_SERVER_PORT = 53;
// For UDP: a reset would tell nobody, and QUIC finds another way by itself.
const SIGNALS_ONLY: PolicyOverrides = Object.fromEntries(
  Object.keys(defaultPolicy).map((reason) => [reason, { action: 'signal' }]),
);

/** What {@link ChromiumConnections} needs from around it. */
export interface ChromiumConnectionsContext {
  readonly monitor: NetworkMonitor;
  readonly registry: ConnectionRegistry;
  readonly addon: Pick<NativeAddon, 'takeInventory' | 'resetSocket'>;
  /** The processes that hold Chromium's connections now; none while there are none. */
  readonly processes: () => readonly number[];
}

interface Known {
  socket: HeldSocket;
  /** `null`: it cannot be tracked, or the application does not want it tracked. */
  readonly connection: Connection | null;
}

/**
 * Chromium's TCP connections in a registry: found by inventories, at the start and whenever the network changed, and ended one
 * by one. Between two inventories nothing is done and nothing is known of connections opened meanwhile; they are found when
 * it matters. Connected UDP sockets, such as QUIC's, are there too, and are never ended.
 */
export class ChromiumConnections implements ChromiumGuard, Disposable {
  readonly #context: ChromiumConnectionsContext;
  readonly #known = new Map<number, Known>();
  readonly #pace = new InventoryPace(() => this.#take(), backgroundClock);
  readonly #onBatch = (batch: MonitorBatch): void => {
    if (mayConcernPaths(batch)) this.#pace.want();
  };
  /** Those that were to be ended when the system had too little of something. */
  readonly #unended = new Set<number>();
  #retryMs = FIRST_RETRY_MS;
  #cancelRetry: (() => void) | null = null;
  #access: ChromiumAccess = PRECISE;
  /** What is not known is not older than this; `null`: nothing is known of its age. */
  #unseenSinceMs: number | null = null;
  #isClosed = false;

  constructor(context: ChromiumConnectionsContext) {
    this.#context = context;
    context.monitor.on('batch', this.#onBatch);
  }

  /** What can be done, as far as it has shown. */
  get access(): ChromiumAccess {
    return this.#access;
  }

  /**
   * Resolves once the registry has all connections that are open at the time of the call, or once it has shown that they cannot be looked
   * at now. Never rejects.
   */
  inventory(): Promise<void> {
    return this.#pace.now();
  }

  /** Leaves Chromium's connections to themselves. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#context.monitor.off('batch', this.#onBatch);
    this.#pace.close();
    this.#cancelRetry?.();
    this.#forgetAll();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #take(): Promise<void> {
    const { addon, monitor, processes } = this.#context;
    // What is opened from now on may be missing from this inventory. Where the mirror is behind, a loss before this moment
    // would pass for one after it: then the earlier moment still holds. Where there is none either, what is found next, after
    // a loss it may be, would be taken to work.
    const sinceMs = monitor.readUpTo() ?? this.#unseenSinceMs ?? (await this.#caughtUp());
    if (sinceMs === null && !monitor.isClosed) this.#pace.want();
    const pids = processes();
    let inventory: NativeInventory;
    try {
      inventory = await addon.takeInventory(pids);
    } catch (error) {
      // The kernel tells nothing of sockets.
      this.#failed({ failure: error as NativeError, pid: pids[0] ?? 0 });
      return;
    }
    if (this.#isClosed) return;
    const failed = failureIn(inventory);
    if (failed !== null) {
      this.#failed(failed);
      return;
    }
    this.#access = PRECISE;
    this.#retryMs = FIRST_RETRY_MS;
    this.#apply(heldSockets(inventory));
    this.#unseenSinceMs = sinceMs;
    this.#endRest();
  }

  // The mirror is behind for a moment only, but in a storm.
  async #caughtUp(): Promise<number | null> {
    const deadline = performance.now() + MOST_BEHIND_MS;
    let readUpToMs: number | null = null;
    while (readUpToMs === null && performance.now() < deadline) {
      await delay(1);
      readUpToMs = this.#context.monitor.readUpTo();
    }
    return readUpToMs;
  }

  #apply(sockets: readonly HeldSocket[]): void {
    const seen = new Set<number>();
    for (const socket of sockets) {
      seen.add(socket.cookie);
      const known = this.#known.get(socket.cookie);
      if (known === undefined) this.#add(socket);
      else known.socket = socket;
    }
    for (const [cookie, { connection }] of this.#known) {
      if (seen.has(cookie)) continue;
      this.#known.delete(cookie);
      connection?.untrack();
    }
  }

  #add(socket: HeldSocket): void {
    const { protocol, cookie, local, remote, oif } = socket;
    const isUdp = protocol === 'udp';
    const since = this.#unseenSinceMs;
    const close = (): void => this.#end(cookie);
    this.#known.set(cookie, { socket, connection: null });
    // A question to a name server is over in a moment.
    if (isUdp && remote.port === NAME_SERVER_PORT) return;
    let connection: Connection;
    try {
      connection = this.#context.registry.track(
        {
          protocol,
          local,
          remote,
          ...(isUdp ? {} : { close }),
          ...(oif === null ? {} : { oif }),
          ...(since === null ? {} : { openedAfterMs: since }),
        },
        { owner: 'chromium', ...(isUdp ? { policy: SIGNALS_ONLY } : {}) },
      );
    } catch {
      // Nobody can watch it: with an address of a link that is gone, say.
      return;
    }
    this.#known.set(cookie, { socket, connection });
  }

  // It stays known until an inventory is without it: Chromium closes its descriptor some time later.
  #end(cookie: number): void {
    const socket = this.#known.get(cookie)?.socket;
    if (socket === undefined) return;
    try {
      this.#context.addon.resetSocket(socket.pid, socket.fd, socket.inode, ...cookieHalves(cookie));
    } catch (error) {
      const failure = error as NativeError;
      if (isGone(failure)) return;
      if (isPassing(failure)) this.#unended.add(cookie);
      this.#failed({ failure, pid: socket.pid });
    }
  }

  #endRest(): void {
    const cookies = [...this.#unended];
    this.#unended.clear();
    for (const cookie of cookies) this.#end(cookie);
  }

  // What cannot be done now is tried again, and nothing is forgotten meanwhile. What is denied is given up: nothing is known of
  // what is opened from now on.
  #failed({ failure, pid }: FailedProcess): void {
    if (this.#isClosed) return;
    if (isPassing(failure)) this.#retry();
    else {
      this.#access = coarse(failure, pid);
      this.#unseenSinceMs = null;
      this.#forgetAll();
    }
  }

  #retry(): void {
    if (this.#cancelRetry !== null) return;
    this.#cancelRetry = backgroundClock.after(this.#retryMs, () => {
      this.#cancelRetry = null;
      this.#pace.want();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #forgetAll(): void {
    const all = [...this.#known.values()];
    this.#known.clear();
    this.#unended.clear();
    for (const { connection } of all) throwLater(() => connection?.untrack());
  }
}

// What cannot change by which way a connection leaves (a new link, a router's word on portals) asks for no inventory.
function mayConcernPaths(batch: MonitorBatch): boolean {
  return (
    batch.verdicts.length > 0 ||
    batch.routes.length > 0 ||
    batch.omittedRoutes > 0 ||
    batch.rules.length > 0 ||
    batch.resync ||
    batch.defaultPaths !== null ||
    batch.links.some(({ kind }) => kind !== 'add') ||
    batch.addresses.some(({ kind }) => kind !== 'add')
  );
}
