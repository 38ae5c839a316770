import { EventEmitter } from 'eventemitter3';
import { invalidArgument, UnroutableError } from '../errors.js';
import { throwLater } from '../throw-later.js';
import type { LossCause, ReconnectAttempt } from './reconnect-attempt.js';
import type { ReconnectSource } from './reconnect-source.js';
import { Reconnector } from './reconnector.js';
import type { ReconnectState, ReconnectTiming } from './reconnector-options.js';
import type { ReconnectSignal } from './signal.js';

/** What a connect function is given. */
export interface ConnectContext {
  /**
   * Aborted when the attempt has become pointless: its path is gone, the generation is another one, it took too long, or
   * all was closed. Pass it on, or stop by it; what the attempt brings after that is closed. Not aborted later.
   */
  readonly signal: AbortSignal;
  /** The generation that the attempt began in. */
  readonly generation: number;
  /** To be called when the connection ends, with the error if there was one: `socket.once('close', () => lost(error))`. */
  readonly lost: (error?: unknown) => void;
}

/** Opens one connection; resolves when it is fit for use. */
export type Connect<C> = (context: ConnectContext) => Promise<C>;

/** How to keep a connection. */
export interface ReconnectingOptions<C> extends ReconnectTiming {
  /** Where to learn of the network: `reconnectSignals(monitor, registry)`. */
  readonly network: ReconnectSource;
  /**
   * Closes a connection that is not needed any more: replaced, too late, or lost in its owner's eyes. Called once for each
   * that was opened. A connection that was replaced may have answers under way: end it, rather than destroy it.
   */
  readonly close: (connection: C, why: CloseCause) => void;
  /**
   * Whether a signal of a new generation concerns this connection, so that another is made in its place. Default: all do.
   * Where connections are tracked, the registry knows better: a connection that is still `routable` needs no other, say
   * because it is the other IP family whose path changed. `(socket) => registry.track(socket).state !== 'routable'`
   */
  readonly isAffected?: (connection: C, signal: ReconnectSignal) => boolean;
  /** Whether to try again after this error. Where not: state `failed`, until `start()`. Default: always. */
  readonly shouldRetry?: (error: unknown) => boolean;
}

/**
 * Why a connection is closed: `replaced` by one over the path there is now; `lost`, as its connect function said; `stale`: it
 * came too late; `closed`: nobody wants it any more.
 */
export type CloseCause = 'replaced' | 'lost' | 'stale' | 'closed';

/** An attempt that failed. */
export interface AttemptFailure {
  readonly error: unknown;
  /** How many failed in a row, this one included. */
  readonly failures: number;
}

/** Events of a {@link Reconnecting}. */
export interface ReconnectingEvents<C> {
  /** The state is another one. */
  state: [state: ReconnectState, previous: ReconnectState];
  /** Here is the connection to use. `previous` is the one it replaces, which is closed once all listeners have run. */
  connected: [connection: C, previous: C | null];
  /** The connection in use has ended. `error`: what its connect function gave, if anything. */
  lost: [connection: C, error: unknown];
  /** An attempt failed. */
  failure: [failure: AttemptFailure];
}

/** A connection that is kept alive; see {@link reconnecting}. */
export class Reconnecting<C> extends EventEmitter<ReconnectingEvents<C>> {
  readonly #connect: Connect<C>;
  readonly #options: ReconnectingOptions<C>;
  readonly #reconnector: Reconnector;
  #connection: C | null = null;
  #toldState: ReconnectState = 'idle';

  /** @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an argument it cannot use, naming it. */
  constructor(connect: Connect<C>, options: ReconnectingOptions<C>) {
    super();
    if (typeof connect !== 'function') throw invalidArgument('connect', 'must be a function');
    if (typeof options?.close !== 'function') throw invalidArgument('close', 'must be a function');
    this.#connect = connect;
    this.#options = options;
    const { isAffected, ...timing } = options;
    this.#reconnector = new Reconnector({
      ...timing,
      isAffected: (signal) => this.#connection === null || (isAffected?.(this.#connection, signal) ?? true),
      attempt: (attempt) => void this.#attempt(attempt),
      onState: () => this.#stateChanged(),
    });
  }

  /** The connection in use; `null` where there is none. */
  get connection(): C | null {
    return this.#connection;
  }

  get state(): ReconnectState {
    return this.#reconnector.state;
  }

  /** Failures in a row: attempts that failed, and connections that ended within a second. */
  get failures(): number {
    return this.#reconnector.failures;
  }

  /**
   * Without a connection, tries at once, if there is a path: for a "try again" button, and the way out of `failed`. Else
   * does nothing.
   * @throws RoamkitError `ERR_ROAMKIT_CLOSED` once it is closed.
   */
  start(): void {
    this.#reconnector.start();
  }

  /** Closes the connection and makes no other; state `idle`. Idempotent. */
  close(): void {
    this.#reconnector.close();
    this.#closeConnection();
    this.removeAllListeners();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #attempt(attempt: ReconnectAttempt): Promise<void> {
    const ended: Ended = { listener: null, isEnded: false, error: undefined };
    const lost = (error?: unknown): void => {
      if (ended.isEnded) return;
      ended.isEnded = true;
      ended.error = error;
      ended.listener?.();
    };
    let connection: C;
    try {
      connection = await this.#connect({ signal: attempt.signal, generation: attempt.generation, lost });
    } catch (error) {
      this.#failed(attempt, error);
      return;
    }
    if (ended.isEnded) {
      this.#drop(connection, attempt.signal.aborted ? 'stale' : 'lost');
      this.#failed(attempt, ended.error);
      return;
    }
    const previous = this.#connection;
    if (!attempt.succeeded()) {
      this.#drop(connection, 'stale');
      return;
    }
    this.#handOver(connection, previous);
    ended.listener = () => this.#lost(attempt, connection, ended.error);
  }

  #handOver(connection: C, previous: C | null): void {
    this.#connection = connection;
    this.#tellState();
    throwLater(() => this.emit('connected', connection, previous));
    if (previous !== null) this.#drop(previous, 'replaced');
  }

  #failed(attempt: ReconnectAttempt, error: unknown): void {
    const { signal } = attempt;
    // What failed because it had become pointless is no failure.
    if (signal.aborted && signal.reason?.name !== 'TimeoutError') return;
    let isRetried = true;
    throwLater(() => {
      isRetried = this.#options.shouldRetry?.(error) ?? true;
    });
    attempt.failed({ retry: isRetried, by: lossCause(error) });
    throwLater(() => this.emit('failure', { error, failures: this.failures }));
  }

  #lost(attempt: ReconnectAttempt, connection: C, error: unknown): void {
    if (connection !== this.#connection) return;
    this.#connection = null;
    attempt.lost(lossCause(error));
    this.#drop(connection, 'lost');
    throwLater(() => this.emit('lost', connection, error));
  }

  #closeConnection(): void {
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null) this.#drop(connection, 'closed');
  }

  #drop(connection: C, why: CloseCause): void {
    throwLater(() => this.#options.close(connection, why));
  }

  #stateChanged(): void {
    // Not before there is a connection to be seen; #handOver() tells it.
    if (this.#reconnector.state !== 'connected') this.#tellState();
    // It was closed by its AbortSignal.
    if (this.#reconnector.isClosed) this.#closeConnection();
  }

  #tellState(): void {
    const previous = this.#toldState;
    const { state } = this.#reconnector;
    if (state === previous) return;
    this.#toldState = state;
    throwLater(() => this.emit('state', state, previous));
  }
}

interface Ended {
  listener: (() => void) | null;
  isEnded: boolean;
  error: unknown;
}

// Libraries that are given a socket wrap its error in their own.
function lossCause(error: unknown): LossCause {
  const cause = error instanceof Error ? error.cause : undefined;
  return error instanceof UnroutableError || cause instanceof UnroutableError ? 'network' : 'peer';
}

/**
 * Keeps one connection alive: opens it, opens it anew when it was lost, not while there is no path, at once when one
 * appears, and over the new path before the old one is dropped where the network changes under a living connection.
 *
 * ```ts
 * const chat = reconnecting(openChat, {
 *   network: reconnectSignals(monitor, registry),
 *   close: (socket) => socket.end(),
 * });
 * chat.on('connected', (socket) => socket.write('hello\n'));
 * chat.on('state', (state) => showBanner(state === 'unreachable'));
 * ```
 *
 * `connect` opens one connection of any kind, stops when its `signal` is aborted, and calls `lost` when the connection
 * ends. The first attempt is made in a later turn, so that listeners can be added first.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an argument it cannot use, naming it.
 */
export function reconnecting<C>(connect: Connect<C>, options: ReconnectingOptions<C>): Reconnecting<C> {
  const kept = new Reconnecting(connect, options);
  if (options.signal?.aborted !== true) kept.start();
  return kept;
}
