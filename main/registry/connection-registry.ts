import { Socket } from 'node:net';
import { EventEmitter } from 'eventemitter3';
import { invalidArgument, RoamkitError, UnroutableError } from '../../core/errors.js';
import type { Path } from '../../core/network-types.js';
import { defaultPolicy, mergePolicy, type Policy, type PolicyOverrides } from '../../core/policy.js';
import { throwLater } from '../../core/throw-later.js';
import type { Flow, Reason, Verdict } from '../../core/verdict-types.js';
import type { FlowConfirmation } from '../monitor/backend.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { Connection, ConnectionOwner } from './connection.js';
import {
  backendFlow,
  endpointText,
  type FlowDescriptor,
  flowOfDescriptor,
  flowOfSocket,
} from './flow-of-socket.js';
import { GraceTimers } from './grace-timers.js';
import { type Doubt, TrackedConnection } from './tracked-connection.js';

/** How to make a {@link ConnectionRegistry}. */
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

/** What happened to a connection. */
export interface ConnectionEvent {
  readonly connection: Connection;
  readonly verdict: Verdict;
  /** `null` when it recovered. */
  readonly reason: Reason | null;
  /** `suspect`, `invalidated`: the path it had; `recovered`, `rerouted`: the path it has now. */
  readonly path: Path | null;
}

/** Events of a {@link ConnectionRegistry}. */
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
}

// Where mirror and kernel disagree, the connection stays suspect and the question is put again: soon, since the audit that
// the disagreement starts may settle it, then ever more seldom, since it may stand for good (rules by user or mark).
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 60_000;

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
  readonly #policy: Policy;
  readonly #connections = new Map<number, TrackedConnection>();
  readonly #bySocket = new WeakMap<Socket, TrackedConnection>();
  readonly #grace = new GraceTimers<TrackedConnection>((due) => this.#confirm(due));
  #nextId = 1;
  #isClosed = false;

  /** @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a policy it cannot use, naming the field. */
  constructor(monitor: NetworkMonitor, options: RegistryOptions = {}) {
    super();
    this.#monitor = monitor;
    this.#policy = mergePolicy(defaultPolicy, options.policy);
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
    return target instanceof Socket ? this.#trackSocket(target, options) : this.#trackFlow(target, options);
  }

  /** All tracked connections. */
  connections(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  /** Stops tracking all connections and leaves them as they are. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#grace.clear();
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
    // What the network lost before an attempt began says nothing about it: a name may take long to resolve.
    let connectingSinceMs = socket.connecting ? this.#monitor.readUpTo() : null;
    const attempted = (): void => {
      connectingSinceMs = this.#monitor.readUpTo();
    };
    const watch = (): void => {
      const flow = flowOfSocket(socket);
      if (flow === null) connection.untrack();
      else this.#watch(connection, flow, connectingSinceMs);
    };
    const connected = (): void => {
      // Nobody is there to catch what a closed monitor throws.
      if (this.#monitor.isClosed) connection.untrack();
      else watch();
    };
    const closed = (): void => connection.untrack();
    const connection = this.#add(
      options,
      (error) => destroySocket(socket, error),
      () => {
        socket.off('lookup', attempted).off('connectionAttempt', attempted);
        socket.off('connect', connected).off('close', closed);
      },
    );
    this.#bySocket.set(socket, connection);
    socket.once('close', closed);
    // Also one whose connect() is still to come.
    if (socket.pending)
      socket.on('lookup', attempted).on('connectionAttempt', attempted).once('connect', connected);
    else watch();
    return connection;
  }

  #trackFlow(descriptor: FlowDescriptor, options: TrackOptions): Connection {
    const flow = flowOfDescriptor(descriptor);
    const connection = this.#add(options, (error) => descriptor.close?.(error));
    this.#watch(connection, flow);
    return connection;
  }

  #add(
    options: TrackOptions,
    closeWith: (error: UnroutableError) => void,
    released: () => void = () => {},
  ): TrackedConnection {
    const policy = mergePolicy(this.#policy, options.policy);
    const connection = new TrackedConnection(
      this.#nextId++,
      options.owner ?? 'main',
      options.label,
      policy,
      closeWith,
      () => {
        released();
        this.#remove(connection);
      },
    );
    this.#connections.set(connection.id, connection);
    return connection;
  }

  #remove(connection: TrackedConnection): void {
    if (!this.#connections.delete(connection.id)) return;
    this.#grace.cancel(connection);
    connection.watch?.close();
    if (connection.state !== 'invalidated') connection.state = 'closed';
    throwLater(() => this.emit('untracked', connection));
  }

  #watch(connection: TrackedConnection, flow: Flow, connectingSinceMs: number | null = null): void {
    connection.flow = flow;
    try {
      connection.watch = this.#monitor.watchFlow(backendFlow(flow, connectingSinceMs), (verdict) =>
        this.#judge(connection, verdict),
      );
    } catch (error) {
      connection.untrack();
      throw error;
    }
    connection.state = 'routable';
    const { verdict } = connection.watch;
    connection.lastPath = verdict.path;
    if (verdict.kind !== 'routable') this.#judge(connection, verdict);
  }

  #judge(connection: TrackedConnection, verdict: Verdict): void {
    if (!this.#connections.has(connection.id)) return;
    const entry = connection.entryFor(verdict);
    if (entry === null) this.#endDoubt(connection, verdict);
    else if (entry.action === 'invalidate') this.#suspect(connection, verdict, entry.graceMs);
    else this.#signal(connection, verdict);
  }

  // It is routable again, or has a reason that the policy ignores; only the first is a recovery.
  #endDoubt(connection: TrackedConnection, verdict: Verdict): void {
    this.#grace.cancel(connection);
    const hadTrouble = connection.state === 'suspect' || connection.state === 'rerouted';
    connection.doubt = null;
    connection.state = 'routable';
    if (verdict.kind !== 'routable') return;
    connection.lastPath = verdict.path ?? connection.lastPath;
    if (hadTrouble) this.#tell('recovered', connection, verdict);
  }

  #suspect(connection: TrackedConnection, verdict: Verdict, graceMs: number): void {
    const isNew = connection.state !== 'suspect';
    connection.state = 'suspect';
    // The same reason with another path does not start its grace period anew.
    if (connection.doubt?.reason !== verdict.reason) {
      connection.doubt = nextDoubt(connection.doubt, verdict.reason, graceMs, performance.now());
      this.#grace.schedule(connection, Math.max(0, connection.doubt.dueAt - performance.now()));
    }
    if (isNew) this.#tell('suspect', connection, verdict);
  }

  #signal(connection: TrackedConnection, verdict: Verdict): void {
    this.#grace.cancel(connection);
    connection.doubt = null;
    connection.state = verdict.kind === 'rerouted' ? 'rerouted' : 'suspect';
    this.#tell(verdict.kind === 'rerouted' ? 'rerouted' : 'suspect', connection, verdict);
  }

  #confirm(due: readonly TrackedConnection[]): void {
    if (this.#monitor.isClosed) return;
    const suspects = due.filter((connection) => connection.doubt !== null && connection.watch !== null);
    const confirmations = this.#confirmations(suspects);
    for (const [index, connection] of suspects.entries()) {
      const confirmation = confirmations[index] ?? null;
      if (confirmation === null) {
        this.#retry(connection);
        continue;
      }
      const { mirror, kernel } = confirmation;
      if (connection.entryFor(mirror)?.action !== 'invalidate') this.#judge(connection, mirror);
      else if (connection.entryFor(kernel)?.action === 'invalidate') this.#invalidate(connection, mirror);
      else this.#retry(connection);
    }
  }

  // A question that cannot be put now (no descriptors left, say) is no answer: nothing is closed on it.
  #confirmations(suspects: readonly TrackedConnection[]): readonly (FlowConfirmation | null)[] {
    try {
      return this.#monitor.confirmFlows(suspects.flatMap((connection) => connection.watch ?? []));
    } catch {
      return [];
    }
  }

  // The mirror says dead, the kernel says alive: one of them is behind, or there is something the mirror cannot know.
  // Nothing is closed on that.
  #retry(connection: TrackedConnection): void {
    const { doubt } = connection;
    if (doubt === null) return;
    if (doubt.retryMs === 0) this.#monitor.audit();
    doubt.retryMs = doubt.retryMs === 0 ? FIRST_RETRY_MS : Math.min(doubt.retryMs * 2, LAST_RETRY_MS);
    this.#grace.schedule(connection, doubt.retryMs);
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

  #tell(
    event: 'suspect' | 'recovered' | 'rerouted' | 'invalidated',
    connection: TrackedConnection,
    verdict: Verdict,
  ): void {
    const isLost = event === 'suspect' || event === 'invalidated';
    const path = isLost ? connection.lastPath : verdict.path;
    throwLater(() => this.emit(event, { connection, verdict, reason: verdict.reason, path }));
  }
}

// Each reason has its own grace period, from when it began; but however often the reason changes, the doubt lasts no longer
// than the longest of them.
function nextDoubt(previous: Doubt | null, reason: Verdict['reason'], graceMs: number, now: number): Doubt {
  const since = previous?.since ?? now;
  const longestMs = Math.max(previous?.longestMs ?? 0, graceMs);
  return { reason, since, longestMs, dueAt: Math.min(now + graceMs, since + longestMs), retryMs: 0 };
}

// A socket without an 'error' listener would take the process down with the error. Its 'close' event comes all the
// same, and `socket.errored` holds the error.
function destroySocket(socket: Socket, error: UnroutableError): void {
  if (socket.listenerCount('error') === 0) socket.on('error', () => {});
  socket.destroy(error);
}
