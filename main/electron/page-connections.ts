import { isIP } from 'node:net';
import type { Endpoint } from '../../core/verdict-types.js';
import type { TrackAnswer, TrackRequest } from '../../ipc/messages.js';
import { IpcRefusedError } from '../../ipc/refused-error.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { Connection } from '../registry/connection.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import { peerOf, peerText, type ResolveHost } from './peer.js';

// A name resolved while the network changed may be the answer of the network that was left: ask again, but not for ever.
const MOST_RESOLVE_ATTEMPTS = 3;

/** What {@link PageConnections} needs from around it. */
export interface PageConnectionsContext {
  readonly monitor: Pick<NetworkMonitor, 'state' | 'capabilities' | 'lookup' | 'lookupKernel' | 'isBehind'>;
  readonly registry: Pick<ConnectionRegistry, 'track'>;
  readonly resolveHost: ResolveHost;
  /** Whether the window may track one more. */
  readonly hasRoom: () => boolean;
}

/**
 * The connections that one page asked to track. Their sockets are Chromium's, so a flow is all that is known: the peer,
 * and the source address that the kernel gives it now, which is the one that Chromium's socket gets.
 */
export class PageConnections {
  readonly #context: PageConnectionsContext;
  readonly #connections = new Map<number, Connection>();
  #pending = 0;
  #isClosed = false;

  constructor(context: PageConnectionsContext) {
    this.#context = context;
  }

  /** How many there are, with those whose host is being resolved. */
  get count(): number {
    return this.#connections.size + this.#pending;
  }

  has(id: number): boolean {
    return this.#connections.has(id);
  }

  /** Rejects with `IpcRefusedError`. */
  async track(request: TrackRequest): Promise<TrackAnswer> {
    const peer = peerOf(request);
    if (!this.#context.hasRoom()) {
      throw new IpcRefusedError('limit', 'track: this window tracks as many connections as it may');
    }
    const address = await this.#addressOf(peer.host);
    if (this.#isClosed) throw new IpcRefusedError('sender', 'track: the page is gone');
    const local = this.#localFor(address);
    const connection = this.#context.registry.track(
      { remote: { address, port: peer.port }, ...(local === null ? {} : { local }) },
      { label: request.label ?? peerText(peer), host: peer.host, owner: 'page' },
    );
    this.#connections.set(connection.id, connection);
    return { id: connection.id, generation: this.#context.monitor.state.generation };
  }

  /** Those that are in doubt, or whose traffic leaves by another path than the one they were tracked with. */
  affected(): readonly number[] {
    return [...this.#connections.values()].filter(({ state }) => state !== 'routable').map(({ id }) => id);
  }

  /**
   * Whether the path of a connection is in doubt, or may be: the kernel has told something that was not read yet. One that is tracked no
   * more counts as well, unless the page itself has let go of it, and then it does not ask: its `invalidated` was sent.
   */
  isSuspect(id: number): boolean {
    const state = this.#connections.get(id)?.state ?? 'invalidated';
    return state === 'suspect' || state === 'invalidated' || this.#context.monitor.isBehind;
  }

  /** Of a connection that is not this page's, or is gone already: nothing happens. */
  untrack(id: number): void {
    this.#connections.get(id)?.untrack();
    this.#connections.delete(id);
  }

  /** The registry tracks it no more. */
  forget(id: number): void {
    this.#connections.delete(id);
  }

  /** The page is gone. */
  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#connections.keys()]) this.untrack(id);
  }

  async #addressOf(host: string): Promise<string> {
    if (isIP(host) !== 0) return host;
    const { monitor } = this.#context;
    this.#pending++;
    try {
      let addresses: readonly string[] = [];
      for (let attempt = 0; attempt < MOST_RESOLVE_ATTEMPTS; attempt++) {
        const { generation } = monitor.state;
        addresses = await this.#context.resolveHost(host).catch(() => []);
        if (this.#isClosed || generation === monitor.state.generation) break;
      }
      const literals = addresses.filter((address) => isIP(address) !== 0);
      const address = literals.find((literal) => monitor.lookup(literal).routable) ?? literals[0];
      if (address !== undefined) return address;
    } finally {
      this.#pending--;
    }
    throw new IpcRefusedError('unresolved', `track: '${host}' has no address`);
  }

  // Only the kernel's own answer will do: a guessed source that goes away would condemn a healthy connection.
  #localFor(address: string): Endpoint | null {
    const { monitor } = this.#context;
    if (!monitor.capabilities.kernelLookup) return null;
    try {
      const { source } = monitor.lookupKernel(address);
      return source === null ? null : { address: source, port: 0 };
    } catch {
      return null;
    }
  }
}
