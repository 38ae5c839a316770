import { Socket as DatagramSocket } from 'node:dgram';
import { Socket } from 'node:net';
import { EventEmitter } from 'eventemitter3';
import { invalidArgument, RoamkitError, UnroutableError } from '../../core/errors.js';
import type { MetricsSnapshot } from '../../core/metric-types.js';
import { throwLater } from '../../core/throw-later.js';
import type { Flow, Verdict } from '../../core/verdict-types.js';
import { performanceTime } from '../monitor/monotonic-time.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import { backgroundClock } from './background-clock.js';
import type { Connection } from './connection.js';
import { Doubts } from './doubts/doubts.js';
import { Sleep } from './doubts/sleep.js';
import { SpareSockets } from './doubts/spare-sockets.js';
import { type VetoOptions, vetoOptions } from './doubts/vetoes.js';
import { Liveness } from './liveness/liveness.js';
import { checkLivenessOptions } from './liveness/liveness-options.js';
import { RegistryMetrics } from './metrics/registry-metrics.js';
import { PolicyTable, type RegistryPolicy } from './policy/registry-policy.js';
import type { ConnectionRegistryEvents, VerdictEvent } from './registry-events.js';
import type { RegistryOptions, TrackOptions } from './registry-options.js';
import { backendFlow, endpointText, type FlowDescriptor } from './sockets/flow-of-socket.js';
import { foundOpen } from './sockets/found-open.js';
import { checkUserTimeout } from './sockets/socket-handle.js';
import { TrackAll } from './sockets/track-all.js';
import type { TrackAllOptions } from './sockets/track-all-options.js';
import { descriptorTarget, type TrackedTarget, tcpTarget, udpTarget } from './sockets/tracked-target.js';
import { TrackedConnection } from './tracked-connection.js';

/**
 * The application's connections, each checked whenever a change of the network touches it.
 *
 * ```ts
 * const registry = new ConnectionRegistry(monitor);
 * registry.track(socket, { label: 'chat' });
 * registry.on('invalidated', ({ connection, reason }) => console.log(connection.label, reason));
 * ```
 */
export class ConnectionRegistry extends EventEmitter<ConnectionRegistryEvents> {
  readonly #monitor: NetworkMonitor;
  readonly #connections = new Map<number, TrackedConnection>();
  readonly #bySocket = new WeakMap<Socket | DatagramSocket, TrackedConnection>();
  readonly #doubts: Doubts;
  readonly #sleep: Sleep;
  readonly #metrics = new RegistryMetrics();
  readonly #veto: VetoOptions;
  readonly #liveness: Liveness;
  readonly #spares: SpareSockets;
  readonly #trackAlls = new Set<Disposable>();
  #policies: PolicyTable;
  #nextId = 1;
  #isClosed = false;

  /** @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an option it cannot use, naming the field. */
  constructor(monitor: NetworkMonitor, options: RegistryOptions = {}) {
    super();
    this.#monitor = monitor;
    this.#policies = new PolicyTable(options.policy);
    this.#veto = vetoOptions(options);
    this.#doubts = new Doubts({
      monitor,
      tell: (event, connection, verdict) => this.#tell(event, connection, verdict),
      invalidate: (connection, verdict) => this.#invalidate(connection, verdict),
      isSilent: (connection) => this.#liveness.isSilent(connection),
    });
    this.#liveness = new Liveness({
      clock: backgroundClock,
      changed: (connection) => {
        if (connection.watch !== null) this.#doubts.judge(connection, connection.watch.verdict);
      },
    });
    this.#sleep = new Sleep({
      monitor,
      doubts: this.#doubts,
      awake: () => {
        this.#liveness.checkAll();
        throwLater(() => this.emit('resumed'));
      },
    });
    this.#spares = new SpareSockets({
      monitor,
      confirm: (suspects) => this.#doubts.confirm(suspects),
    });
  }

  /**
   * Tracks a connection until it closes: a TCP or TLS socket, a UDP socket that is connected, or what a descriptor says. A
   * socket that is still connecting is `pending` until it has connected. A socket tracked already gives the connection it
   * has, with the label and policy that are given now.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a target or option it cannot use, naming the field;
   * `ERR_ROAMKIT_CLOSED` once the registry is closed.
   */
  track(descriptor: FlowDescriptor, options?: TrackOptions): Connection;
  track(target: Socket | DatagramSocket | FlowDescriptor, options?: TrackOptions): Connection;
  track(target: Socket | DatagramSocket | FlowDescriptor, options: TrackOptions = {}): Connection {
    this.#assertOpen();
    if (typeof target !== 'object' || target === null) {
      throw invalidArgument(
        'target',
        'must be a net.Socket, a tls.TLSSocket, a dgram.Socket or a flow descriptor',
      );
    }
    checkUserTimeout(options.userTimeoutMs);
    if (target instanceof Socket) return this.#trackSocket(target, options, () => tcpTarget(target));
    if (target instanceof DatagramSocket) return this.#trackSocket(target, options, () => udpTarget(target));
    return this.#add(descriptorTarget(target), options);
  }

  /**
   * Tracks every TCP socket that this thread opens or accepts from now on, by whatever library, if it passes the filter. What is
   * open already can be handed to {@link ConnectionRegistry.track}. Disposing of the result ends it; what is tracked
   * then stays tracked.
   *
   * ```ts
   * registry.trackAll();
   * registry.trackAll({ side: 'client', hosts: ['*.example.com'], policy: { 'carrier-lost': { graceMs: 500 } } });
   * ```
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an option it cannot use, naming the field;
   * `ERR_ROAMKIT_CLOSED` once the registry is closed.
   */
  trackAll(options: TrackAllOptions = {}): Disposable {
    this.#assertOpen();
    vetoOptions(options, this.#veto);
    const all = new TrackAll(options, {
      monitor: this.#monitor,
      isTracked: (socket) => this.#known(socket) !== null,
      track: (socket, trackOptions, attempts) =>
        this.#trackSocket(socket, trackOptions, () => tcpTarget(socket, attempts)),
      disposed: () => this.#trackAlls.delete(all),
    });
    this.#trackAlls.add(all);
    return all;
  }

  /** All tracked connections. */
  connections(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  /**
   * Replaces the registry's policy (`RegistryOptions.policy`), at once, for all connections; see `Connection.setPolicy`.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a policy it cannot use, naming the field; then nothing changes.
   */
  setPolicy(policy: RegistryPolicy): void {
    this.#policies = new PolicyTable(policy);
    for (const connection of this.#connections.values()) this.#policyChanged(connection);
  }

  /**
   * What was counted since the registry was made, its monitor's counters included, as OpenTelemetry would have it; see
   * docs/bus.md for the instruments. Costs a walk over the connections.
   */
  metrics(): MetricsSnapshot {
    return this.#metrics.snapshot(this.#connections.values(), this.#monitor.stats);
  }

  /**
   * Pings the peers of all connections with `TrackOptions.liveness` now, whatever is left of their time: for after the machine
   * slept, when their timers know nothing of the time that has passed. Each has all of its time to answer.
   */
  checkLiveness(): void {
    this.#liveness.checkAll();
  }

  /**
   * The machine is about to sleep: closes nothing until {@link ConnectionRegistry.resume}, or until the machine has been
   * awake for 10 s more. `followPower` calls it.
   */
  suspend(): void {
    if (this.#isClosed) return;
    this.#sleep.begin();
    throwLater(() => this.emit('suspended'));
  }

  /**
   * The machine slept, or may have: reads the network's state anew, judges all connections by it, and closes those
   * whose grace period is over and that the kernel too finds unroutable. Then it pings (`checkLiveness`), the event `resumed`
   * comes, and it resolves. Does not wait for the network's state longer than 5 s. A call too many costs one comparison
   * with the kernel and closes nothing that works. A later call, or `suspend()`, takes the place of one that is not done:
   * that one resolves without the event.
   */
  async resume(): Promise<void> {
    if (!this.#isClosed) await this.#sleep.end();
  }

  /** Stops tracking all connections and leaves them as they are. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#sleep.close();
    for (const all of [...this.#trackAlls]) all[Symbol.dispose]();
    this.#doubts.clear();
    this.#spares.clear();
    for (const connection of [...this.#connections.values()]) connection.untrack();
    this.removeAllListeners();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new RoamkitError('ERR_ROAMKIT_CLOSED', 'this ConnectionRegistry is closed');
  }

  #known(socket: Socket | DatagramSocket, { label, policy }: TrackOptions = {}): TrackedConnection | null {
    const known = this.#bySocket.get(socket);
    if (known === undefined || !this.#connections.has(known.id)) return null;
    if (policy !== undefined) known.setPolicy(policy);
    if (label !== undefined) known.label = label;
    return known;
  }

  #trackSocket(
    socket: Socket | DatagramSocket,
    options: TrackOptions,
    target: () => TrackedTarget,
  ): Connection {
    const known = this.#known(socket, options);
    if (known !== null) return known;
    return this.#add(target(), options, (connection) => this.#bySocket.set(socket, connection));
  }

  #add(
    target: TrackedTarget,
    options: TrackOptions,
    added: (connection: TrackedConnection) => void = () => {},
  ): Connection {
    const { label, owner = 'main', policy, host, liveness } = options;
    if (host !== undefined && (typeof host !== 'string' || host === '')) {
      throw invalidArgument('host', `must be a name or an address, not '${String(host)}'`);
    }
    if (liveness !== undefined) checkLivenessOptions(liveness);
    const { beforeInvalidate, postponeMs = 0 } = vetoOptions(options, this.#veto);
    let stop = (): void => {};
    const connection = new TrackedConnection({
      id: this.#nextId++,
      owner,
      label,
      policyFor: (peer) => this.#policies.policyFor(peer),
      overrides: policy,
      veto: beforeInvalidate === undefined ? null : { beforeInvalidate, postponeMs },
      closeWith: target.close,
      isSpare: target.isSpare,
      untrack: () => {
        stop();
        this.#remove(connection);
      },
      liveness,
      proved: (proved) => this.#liveness.prove(proved),
      policyChanged: (changed) => this.#policyChanged(changed),
    });
    if (host !== undefined) connection.addHosts([host]);
    this.#connections.set(connection.id, connection);
    this.#metrics.countTracked(connection);
    added(connection);
    stop = target.follow({
      readUpTo: () => this.#monitor.readUpTo(),
      isBehind: () => this.#monitor.isBehind,
      connecting: (flow, sinceMs) => {
        connection.isConnecting = true;
        this.#watchLater(connection, flow, sinceMs);
      },
      connected: (flow, sinceMs) => {
        connection.isConnecting = false;
        this.#watchLater(connection, flow, sinceMs);
        this.#isConnected(connection, target, options);
      },
      named: (hosts) => {
        connection.addHosts(hosts);
        this.#policyChanged(connection);
      },
      closed: () => connection.untrack(),
    });
    // A Unix socket has none.
    if (target.flow === null) connection.untrack();
    else if (target.flow !== 'pending') {
      const { sinceMs, isInQuestion } = foundOpen(this.#monitor, target.flow, target.openedAfterMs);
      this.#watch(connection, target.flow, sinceMs);
      if (isInQuestion) this.#doubts.question(connection);
      this.#isConnected(connection, target, options);
    }
    return connection;
  }

  #remove(connection: TrackedConnection): void {
    if (!this.#connections.delete(connection.id)) return;
    this.#doubts.forget(connection);
    this.#spares.forget(connection);
    this.#liveness.forget(connection);
    connection.watch?.close();
    if (connection.state !== 'invalidated') connection.state = 'closed';
    throwLater(() => this.emit('untracked', connection));
  }

  #isConnected(connection: TrackedConnection, target: TrackedTarget, { userTimeoutMs }: TrackOptions): void {
    if (!this.#connections.has(connection.id)) return;
    if (userTimeoutMs !== undefined) target.setUserTimeout(userTimeoutMs);
    const { liveness } = connection;
    if (liveness !== undefined) this.#liveness.start(connection, liveness, target.lifeSigns());
  }

  // From a socket's event, where nobody would catch an error.
  #watchLater(connection: TrackedConnection, flow: Flow | null, connectingSinceMs: number | null): void {
    if (flow === null || this.#monitor.isClosed) {
      connection.untrack();
      return;
    }
    try {
      this.#watch(connection, flow, connectingSinceMs);
    } catch {
      // It is untracked already: with an address that nobody can watch, such as one of a link that is gone.
    }
  }

  #watch(connection: TrackedConnection, flow: Flow, connectingSinceMs: number | null = null): void {
    connection.watch?.close();
    connection.flow = flow;
    try {
      connection.watch = this.#monitor.watchFlow(backendFlow(flow, connectingSinceMs), (verdict, since) => {
        if (!this.#connections.has(connection.id)) return;
        this.#liveness.judged(connection, verdict);
        this.#doubts.judge(connection, verdict, performanceTime(since));
      });
    } catch (error) {
      connection.untrack();
      throw error;
    }
    const { verdict, since } = connection.watch;
    // One that was suspect while it connected is judged as what it is now.
    const wasCalm = connection.doubt === null;
    if (wasCalm) connection.state = connection.calmState;
    if (wasCalm) connection.lastPath = verdict.path;
    if (!wasCalm || verdict.kind !== 'routable')
      this.#doubts.judge(connection, verdict, performanceTime(since));
  }

  #invalidate(connection: TrackedConnection, verdict: Verdict): void {
    if (verdict.kind === 'routable' || connection.flow === null) return;
    const error = new UnroutableError(
      endpointText(connection.flow.remote),
      verdict.reason,
      connection.lastPath,
      verdict,
    );
    connection.state = 'invalidated';
    this.#remove(connection);
    throwLater(() => connection.closeWith(error));
    this.#tell('invalidated', connection, verdict);
  }

  #policyChanged(connection: TrackedConnection): void {
    connection.forgetPolicy();
    if (this.#connections.has(connection.id)) this.#doubts.reconsider(connection);
  }

  #tell(event: VerdictEvent, connection: TrackedConnection, verdict: Verdict): void {
    this.#metrics.count(event, connection, verdict);
    if (event === 'suspect' && connection.doubt !== null) this.#spares.suspected(connection);
    else this.#spares.forget(connection);
    const isLost = event === 'suspect' || event === 'invalidated';
    const path = isLost ? connection.lastPath : verdict.path;
    const reason = event === 'recovered' ? null : verdict.reason;
    throwLater(() => this.emit(event, { connection, verdict, reason, path }));
  }
}
