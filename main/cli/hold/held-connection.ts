import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { isSamePath } from '../../../core/network-diff.js';
import type { Lookup, Path } from '../../../core/network-types.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import type { ConnectionRegistry } from '../../registry/connection-registry.js';
import type { ConnectionEvent } from '../../registry/registry-events.js';
import { endpointText, flowOfSocket } from '../../registry/sockets/flow-of-socket.js';
import { Redial } from './redial.js';
import type { Target } from './target.js';

/** What can happen to a held connection. */
export type HoldEvent =
  | 'connected'
  | 'suspect'
  | 'recovered'
  | 'rerouted'
  | 'invalidated'
  | 'closed'
  | 'reconnect';

/** Something happened to a held connection. */
export interface HoldReport {
  readonly event: HoldEvent;
  /** The connection's number: its place on the command line, the same for all its sockets. */
  readonly connection: number;
  /** `null` while it is not connected. */
  readonly local: string | null;
  readonly remote: string;
  /** A verdict's reason; `closed`: an error code, or `null` where the peer hung up; `reconnect`: that of the loss. */
  readonly reason: string | null;
  /** `suspect`, `invalidated`, `closed`: the path it had; else the path it has, or tries. */
  readonly path: Path | null;
  /** When the kernel's message that caused it was read, where one did: milliseconds of CLOCK_MONOTONIC. */
  readonly received?: number;
}

export interface HeldConnectionOptions {
  readonly id: number;
  readonly target: Target;
  readonly monitor: NetworkMonitor;
  readonly registry: ConnectionRegistry;
  readonly report: (report: HoldReport) => void;
  /** How to look up names. Default: getaddrinfo. */
  readonly lookup: LookupFunction | undefined;
}

// The kernel alone would try for over two minutes (tcp_syn_retries).
const CONNECT_TIMEOUT_MS = 10_000;
// NAT boxes forget flows that are silent for some minutes; a flow that they forgot is no longer the one we hold.
const KEEP_ALIVE_MS = 60_000;

/** One connection that is opened, kept, and opened again when it was lost. */
export class HeldConnection {
  /** What the registry knows it by. */
  readonly label: string;
  readonly #options: HeldConnectionOptions;
  readonly #redial: Redial;
  #socket: Socket | null = null;
  #isConnected = false;
  #local: string | null = null;
  #remote: string;
  #path: Path | null = null;
  /** Where the target is: its literal, or what its name last resolved to. */
  #addresses: readonly string[];
  #lossReason: string | null = null;
  /** When the message was read that made it suspect, or that may let it reconnect. */
  #received: number | undefined;

  constructor(options: HeldConnectionOptions) {
    const { id, target } = options;
    this.#options = options;
    this.label = String(id);
    this.#remote = endpointText({ address: target.host, port: target.port });
    this.#addresses = isIP(target.host) === 0 ? [] : [target.host];
    this.#redial = new Redial({
      hasPath: () => this.#hasPath(),
      attempt: (cause) => this.#reconnect(cause === 'network' ? this.#received : undefined),
    });
  }

  /** Makes the first attempt, if there is a path. */
  start(): void {
    // A name must be looked up once before anything can be said about it.
    if (this.#addresses.length === 0 || this.#hasPath()) this.#connect();
    else this.#lost(this.#failure(), 'network');
  }

  /** What the registry says about its socket. */
  onRegistryEvent(
    event: 'suspect' | 'recovered' | 'rerouted' | 'invalidated',
    { reason, path }: ConnectionEvent,
  ): void {
    // An invalidation comes a grace period after the message that caused it, and others may have come since.
    if (event !== 'invalidated') this.#received = this.#options.monitor.receivedAt;
    this.#report(event, reason, path, this.#received);
    if (event !== 'invalidated') {
      this.#path = path;
      return;
    }
    this.#forgetSocket();
    this.#lossReason = reason;
    this.#redial.lost('network');
  }

  /** A batch of changes was applied; `isNewPath`: a default path is another one. */
  networkChanged(isNewPath: boolean): void {
    if (!this.#isConnected) this.#received = this.#options.monitor.receivedAt;
    this.#redial.networkChanged(isNewPath);
    if (this.#socket !== null && !this.#isConnected) this.#checkAttempt();
  }

  /** Closes it for good, without a word. */
  close(): void {
    this.#redial.close();
    this.#forgetSocket()?.destroy();
  }

  #connect(): void {
    const { target, lookup } = this.#options;
    const socket = connect({
      ...target,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      ...(lookup === undefined ? {} : { lookup }),
    });
    this.#socket = socket;
    // Before it has connected, and before our own listeners: whoever reads `connected` may take the path away at once.
    this.#options.registry.track(socket, { label: this.label });
    this.#path = this.#pathNow();
    let code: string | null = null;
    const resolved: string[] = [];
    socket
      .on('lookup', (_error: Error | null, address: string | undefined) => {
        if (this.#socket !== socket || address === undefined) return;
        resolved.push(address);
        this.#addresses = resolved;
        this.#path = this.#pathNow();
      })
      .on('error', (error: NodeJS.ErrnoException) => {
        code = error.code ?? error.name;
      })
      .once('connect', () => {
        if (this.#socket === socket) this.#connected(socket);
      })
      .once('timeout', () => {
        if (this.#socket === socket) this.#lost('ETIMEDOUT', 'peer');
      })
      .once('close', () => {
        if (this.#socket === socket) this.#lost(code, 'peer');
      })
      .setTimeout(CONNECT_TIMEOUT_MS)
      .resume();
  }

  #reconnect(received: number | undefined): void {
    this.#report('reconnect', this.#lossReason, this.#pathNow(), received);
    this.#connect();
  }

  #connected(socket: Socket): void {
    const flow = flowOfSocket(socket);
    // The peer hung up before we looked: 'close' follows.
    if (flow === null) return;
    const { monitor } = this.#options;
    const source = flow.local?.address;
    socket.setTimeout(0);
    this.#isConnected = true;
    this.#local = flow.local === null ? null : endpointText(flow.local);
    this.#remote = endpointText(flow.remote);
    this.#path = pathOf(monitor.lookup(flow.remote.address, source === undefined ? {} : { source }));
    this.#redial.connected();
    this.#report('connected', null, this.#path);
  }

  /** Gives up a pending attempt that a change has left without its path: its SYNs would go nowhere for seconds. */
  #checkAttempt(): void {
    if (this.#addresses.length === 0) return;
    if (!this.#hasPath()) {
      this.#lost(this.#failure(), 'network');
      return;
    }
    const path = this.#pathNow();
    // Of several addresses, the one that is being tried is not known.
    if (this.#addresses.length > 1 || isSamePath(this.#path, path)) return;
    this.#lost(this.#path?.oif === path?.oif ? 'gateway-changed' : 'egress-changed', 'network');
  }

  #lost(reason: string | null, cause: 'network' | 'peer'): void {
    this.#report('closed', reason, this.#path, cause === 'network' ? this.#received : undefined);
    this.#forgetSocket()?.destroy();
    this.#lossReason = reason;
    this.#redial.lost(cause);
  }

  #forgetSocket(): Socket | null {
    const socket = this.#socket;
    this.#socket = null;
    this.#isConnected = false;
    this.#local = null;
    this.#path = null;
    return socket;
  }

  #hasPath(): boolean {
    // A name that never resolved: nothing is known but whether there is any network to ask.
    if (this.#addresses.length === 0) return this.#options.monitor.state.status !== 'offline';
    return this.#addresses.some((address) => this.#lookup(address).routable);
  }

  #pathNow(): Path | null {
    const found = this.#addresses.map((address) => this.#lookup(address));
    const usable = found.find(({ routable }) => routable);
    return usable === undefined ? null : pathOf(usable);
  }

  #failure(): string {
    const [address] = this.#addresses;
    return (address === undefined ? null : this.#lookup(address).reason) ?? 'no-route';
  }

  #lookup(address: string): Lookup {
    const { monitor } = this.#options;
    const found = monitor.lookup(address);
    return found.certain || !monitor.capabilities.kernelLookup ? found : monitor.lookupKernel(address);
  }

  #report(event: HoldEvent, reason: string | null, path: Path | null, received?: number): void {
    this.#options.report({
      event,
      connection: this.#options.id,
      local: this.#local,
      remote: this.#remote,
      reason,
      path,
      ...(received === undefined ? {} : { received }),
    });
  }
}

function pathOf({ routable, oif, link, gateway, source, table }: Lookup): Path | null {
  if (!routable || oif === null || link === null) return null;
  // A lookup says how a packet would leave, and nothing of whether its gateway answers.
  return { oif, link, gateway, source, table: table ?? 0, gatewayReachable: true };
}
