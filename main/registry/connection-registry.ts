import { Socket } from 'node:net';
import { EventEmitter } from 'eventemitter3';
import { invalidArgument, RoamkitError, UnroutableError } from '../../core/errors.js';
import type { MetricsSnapshot } from '../../core/metric-types.js';
import { throwLater } from '../../core/throw-later.js';
import type { Flow, Verdict } from '../../core/verdict-types.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import { backgroundClock } from './background-clock.js';
import type { Connection } from './connection.js';
import { Doubts } from './doubts.js';
import {
  backendFlow,
  endpointText,
  type FlowDescriptor,
  flowOfDescriptor,
  flowOfSocket,
} from './flow-of-socket.js';
import { destroySocket, followSocket } from './follow-socket.js';
import { type LifeSigns, socketLifeSigns, untoldLifeSigns } from './life-signs.js';
import { Liveness } from './liveness.js';
import { checkLivenessOptions } from './liveness-options.js';
import type { ConnectionRegistryEvents, VerdictEvent } from './registry-events.js';
import { RegistryMetrics } from './registry-metrics.js';
import type { RegistryOptions, TrackOptions } from './registry-options.js';
import { PolicyTable, type RegistryPolicy } from './registry-policy.js';
import { Sleep } from './sleep.js';
import { checkUserTimeout, setUserTimeout } from './socket-descriptor.js';
import { TrackedConnection } from './tracked-connection.js';
import { type VetoOptions, vetoOptions } from './vetoes.js';

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
  readonly #bySocket = new WeakMap<Socket, TrackedConnection>();
  readonly #doubts: Doubts;
  readonly #sleep: Sleep;
  readonly #metrics = new RegistryMetrics();
  readonly #veto: VetoOptions;
  readonly #liveness: Liveness;
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
  }

  /**
   * Tracks a connection until it closes. A socket that is still connecting is `pending` until it has connected;
   * a socket tracked already gives the connection it has.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a target or option it cannot use, naming the field;
   * `ERR_ROAMKIT_CLOSED` once the registry is closed.
   */
  track(target: Socket | FlowDescriptor, options: TrackOptions = {}): Connection {
    if (this.#isClosed) throw new RoamkitError('ERR_ROAMKIT_CLOSED', 'this ConnectionRegistry is closed');
    if (typeof target !== 'object' || target === null) {
      throw invalidArgument('target', 'must be a net.Socket, a tls.TLSSocket or a flow descriptor');
    }
    checkUserTimeout(options.userTimeoutMs);
    return target instanceof Socket ? this.#trackSocket(target, options) : this.#trackFlow(target, options);
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
   * comes, and it resolves. Does not wait for the network's state longer than 5 s. A call too many costs one comparison with the kernel and closes nothing that
   * works. A later call, or `suspend()`, takes the place of one that is not done: that one resolves without the event.
   */
  async resume(): Promise<void> {
    if (!this.#isClosed) await this.#sleep.end();
  }

  /** Stops tracking all connections and leaves them as they are. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#sleep.close();
    this.#doubts.clear();
    for (const connection of [...this.#connections.values()]) connection.untrack();
    this.removeAllListeners();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #trackSocket(socket: Socket, options: TrackOptions): Connection {
    const known = this.#bySocket.get(socket);
    if (known !== undefined && this.#connections.has(known.id)) return known;
    if (socket.destroyed) throw invalidArgument('target', 'is a socket that is closed already');
    const connected = (connectingSinceMs: number | null): void => {
      if (options.userTimeoutMs !== undefined) setUserTimeout(socket, options.userTimeoutMs);
      this.#connected(connection, socket, connectingSinceMs);
    };
    const follow = followSocket(socket, {
      readUpTo: () => this.#monitor.readUpTo(),
      connected: (connectingSinceMs) => {
        // Nobody is there to catch what a closed monitor throws.
        if (this.#monitor.isClosed) connection.untrack();
        else connected(connectingSinceMs);
      },
      named: (hosts) => {
        connection.addHosts(hosts);
        this.#policyChanged(connection);
      },
      closed: () => connection.untrack(),
    });
    const connection = this.#add(options, (error) => destroySocket(socket, error), follow.stop);
    this.#bySocket.set(socket, connection);
    follow.start();
    if (!socket.pending) connected(null);
    return connection;
  }

  #trackFlow(descriptor: FlowDescriptor, options: TrackOptions): Connection {
    const flow = flowOfDescriptor(descriptor);
    const connection = this.#add(options, (error) => descriptor.close?.(error));
    this.#watch(connection, flow);
    this.#startLiveness(connection, untoldLifeSigns);
    return connection;
  }

  #add(
    options: TrackOptions,
    closeWith: (error: UnroutableError) => void,
    released: () => void = () => {},
  ): TrackedConnection {
    const { label, owner = 'main', policy, host, liveness } = options;
    if (host !== undefined && (typeof host !== 'string' || host === '')) {
      throw invalidArgument('host', `must be a name or an address, not '${String(host)}'`);
    }
    if (liveness !== undefined) checkLivenessOptions(liveness);
    const { beforeInvalidate, postponeMs = 0 } = vetoOptions(options, this.#veto);
    const connection = new TrackedConnection({
      id: this.#nextId++,
      owner,
      label,
      policyFor: (peer) => this.#policies.policyFor(peer),
      overrides: policy,
      veto: beforeInvalidate === undefined ? null : { beforeInvalidate, postponeMs },
      closeWith,
      untrack: () => {
        released();
        this.#remove(connection);
      },
      liveness,
      proved: (proved) => this.#liveness.prove(proved),
      policyChanged: (changed) => this.#policyChanged(changed),
    });
    if (host !== undefined) connection.addHosts([host]);
    this.#connections.set(connection.id, connection);
    this.#metrics.countTracked(connection);
    return connection;
  }

  #remove(connection: TrackedConnection): void {
    if (!this.#connections.delete(connection.id)) return;
    this.#doubts.forget(connection);
    this.#liveness.forget(connection);
    connection.watch?.close();
    if (connection.state !== 'invalidated') connection.state = 'closed';
    throwLater(() => this.emit('untracked', connection));
  }

  #connected(connection: TrackedConnection, socket: Socket, connectingSinceMs: number | null): void {
    const flow = flowOfSocket(socket);
    if (flow === null) connection.untrack();
    else {
      this.#watch(connection, flow, connectingSinceMs);
      this.#startLiveness(connection, socketLifeSigns(socket));
    }
  }

  #startLiveness(connection: TrackedConnection, signs: LifeSigns): void {
    const { liveness } = connection;
    if (liveness !== undefined && this.#connections.has(connection.id)) {
      this.#liveness.start(connection, liveness, signs);
    }
  }

  #watch(connection: TrackedConnection, flow: Flow, connectingSinceMs: number | null = null): void {
    connection.flow = flow;
    try {
      connection.watch = this.#monitor.watchFlow(backendFlow(flow, connectingSinceMs), (verdict) => {
        if (!this.#connections.has(connection.id)) return;
        this.#liveness.judged(connection, verdict);
        this.#doubts.judge(connection, verdict);
      });
    } catch (error) {
      connection.untrack();
      throw error;
    }
    connection.state = 'routable';
    const { verdict } = connection.watch;
    connection.lastPath = verdict.path;
    if (verdict.kind !== 'routable') this.#doubts.judge(connection, verdict);
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
    const isLost = event === 'suspect' || event === 'invalidated';
    const path = isLost ? connection.lastPath : verdict.path;
    const reason = event === 'recovered' ? null : verdict.reason;
    throwLater(() => this.emit(event, { connection, verdict, reason, path }));
  }
}
