import { LONGEST_DELAY_MS } from '../durations.js';
import { RoamkitError } from '../errors.js';
import { throwLater } from '../throw-later.js';
import { type AttemptCause, type AttemptEnd, type LossCause, OwnedAttempt } from './reconnect-attempt.js';
import {
  type FilledTiming,
  filledTiming,
  type ReconnectorOptions,
  type ReconnectState,
} from './reconnector-options.js';
import type { ReconnectSignal } from './signal.js';

// A connection that ends sooner counts as a failed attempt: a peer that accepts and hangs up must not be stormed.
const SHORT_LIFE_MS = 1000;

/** What a {@link ReconnectLoop} needs; all of it checked. */
export type LoopOptions = Omit<ReconnectorOptions, 'signal'>;

/**
 * What a `Reconnector` is made of, for those who checked the options themselves. It says when to connect; its owner connects.
 */
export class ReconnectLoop {
  readonly #options: LoopOptions;
  readonly #timing: FilledTiming;
  readonly #stopListening: () => void;
  #state: ReconnectState = 'idle';
  #isStarted = false;
  #isClosed = false;
  #hasGivenUp = false;
  /** The newest generation heard of: failures in an older one say nothing. */
  #generation: number;
  #failures = 0;
  /** The attempt under way. */
  #attempt: OwnedAttempt | null = null;
  #cancelTimeout: () => void = () => {};
  /** The attempt whose connection is in use. */
  #live: OwnedAttempt | null = null;
  #liveSince = 0;
  /** The newest generation that the connection in use is known to suit, or has a replacement on its way for. */
  #judgedGeneration = 0;
  /** The attempt to come. */
  #timer: Timer | null = null;

  constructor(options: LoopOptions) {
    this.#timing = filledTiming(options);
    this.#options = options;
    this.#generation = options.network.generation;
    this.#stopListening = options.network.subscribe((news) => this.#onSignal(news));
  }

  get state(): ReconnectState {
    return this.#state;
  }

  /** Failures in a row: attempts that failed, and connections that ended within a second. */
  get failures(): number {
    return this.#failures;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Wants a connection from now on. Without one, tries at once (as a "try again" button would), if there is a path; with one,
   * or with an attempt under way, does nothing.
   * @throws RoamkitError `ERR_ROAMKIT_CLOSED` once it is closed.
   */
  start(): void {
    if (this.#isClosed) throw new RoamkitError('ERR_ROAMKIT_CLOSED', 'this Reconnector is closed');
    this.#isStarted = true;
    if (this.#live !== null || this.#attempt !== null) return;
    this.#hasGivenUp = false;
    this.#failures = 0;
    this.#plan(0, 'start');
    this.#tellState();
  }

  /** No more attempts; the one under way is aborted. A connection in use stays as it is. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopListening();
    this.#cancelTimer();
    this.#live = null;
    this.#abortAttempt();
    this.#tellState();
  }

  #onSignal(signal: ReconnectSignal): void {
    if (this.#isClosed || !this.#isStarted || this.#hasGivenUp) return;
    // Within a generation a path appears where a portal opened: what failed before it failed at the portal.
    const hasAppeared = signal.cause === 'path-appeared';
    if (hasAppeared) this.#failures = 0;
    const isNew = this.#enter(signal.generation) || hasAppeared;
    if (!this.#options.network.hasPath()) this.#suspend();
    else if (signal.urgency !== 'wait') this.#go(signal, isNew);
    this.#tellState();
  }

  // Nothing gets anywhere: a signal comes when something does.
  #suspend(): void {
    this.#cancelTimer();
    this.#abortAttempt();
  }

  #go(signal: ReconnectSignal, isNew: boolean): void {
    const { generation, cause, delayMs } = signal;
    if (this.#attempt?.generation === generation) return;
    if (this.#live !== null) {
      // What lives after a sleep may stay. Else its replacement may be on its way already, with the delays of this generation.
      if (cause === 'resumed' || this.#judgedGeneration === generation) return;
      this.#judgedGeneration = generation;
      // What was begun for an older generation was for another path.
      this.#suspend();
      if (!this.#isAffected(signal)) return;
    } else if (this.#attempt !== null) {
      this.#abortAttempt();
    } else if (this.#timer !== null && !isNew) {
      // After a sleep none has reason to wait. A retry of a server that refuses has nothing to gain from other connections' invalidation. One that waits
      // because its own connection ended may have had one of those, and was told by nobody but this.
      if (cause !== 'resumed' && (cause !== 'invalidated' || !this.#timer.isAfterLoss)) return;
    }
    this.#plan(delayMs + this.#timing.random() * this.#timing.spreadMs, 'network');
  }

  #isAffected(signal: ReconnectSignal): boolean {
    let isAffected = true;
    throwLater(() => {
      isAffected = this.#options.isAffected?.(signal) ?? true;
    });
    return isAffected;
  }

  // A source may hear of a generation by its signal first and know it a moment later, as a page does.
  #generationNow(): number {
    return Math.max(this.#generation, this.#options.network.generation);
  }

  /** Whether this generation is a new one. Old failures say nothing about it. */
  #enter(generation: number): boolean {
    if (generation === this.#generation) return false;
    this.#generation = generation;
    this.#failures = 0;
    return true;
  }

  // Never within this very turn: what else the same change brought is to be told first. The sooner of two plans counts, or
  // a network that changes all the time would put the attempt off for ever.
  #plan(delayMs: number, cause: AttemptCause, isAfterLoss = false): void {
    if (!this.#options.network.hasPath()) {
      this.#cancelTimer();
      return;
    }
    const boundedMs = Math.min(delayMs, LONGEST_DELAY_MS);
    const dueAt = this.#timing.clock.now() + boundedMs;
    if (this.#timer !== null && this.#timer.dueAt <= dueAt) return;
    this.#cancelTimer();
    const cancel = this.#timing.clock.after(boundedMs, () => this.#begin(cause));
    this.#timer = { dueAt, isAfterLoss, cancel };
  }

  #begin(cause: AttemptCause): void {
    this.#timer = null;
    if (!this.#options.network.hasPath()) {
      this.#tellState();
      return;
    }
    this.#enter(this.#generationNow());
    const attempt = new OwnedAttempt(this.#generation, cause, {
      succeeded: (which) => this.#succeeded(which),
      failed: (which, end) => this.#failed(which, end),
      lost: (which, by) => this.#lost(which, by),
    });
    this.#attempt = attempt;
    if (this.#timing.attemptTimeoutMs !== Number.POSITIVE_INFINITY) {
      this.#cancelTimeout = this.#timing.clock.after(this.#timing.attemptTimeoutMs, () => {
        attempt.abort(
          new DOMException(`not connected after ${this.#timing.attemptTimeoutMs} ms`, 'TimeoutError'),
        );
        this.#failed(attempt, {});
      });
    }
    this.#tellState();
    throwLater(() => this.#options.attempt(attempt));
  }

  #succeeded(attempt: OwnedAttempt): boolean {
    if (attempt !== this.#attempt) return false;
    if (attempt.generation !== this.#generationNow()) {
      // Its signal is on the way, but the path it was made over is not the one there is now.
      this.#abortAttempt();
      this.#plan(0, 'network');
      this.#tellState();
      return false;
    }
    this.#endAttempt();
    this.#live = attempt;
    this.#liveSince = this.#timing.clock.now();
    this.#judgedGeneration = attempt.generation;
    this.#tellState();
    return true;
  }

  #failed(attempt: OwnedAttempt, { retry = true, by = 'peer' }: AttemptEnd): void {
    if (attempt !== this.#attempt) return;
    this.#endAttempt();
    this.#failures += 1;
    if (retry) this.#retry(by === 'network');
    else this.#hasGivenUp = true;
    this.#tellState();
  }

  #lost(attempt: OwnedAttempt, by: LossCause): void {
    if (attempt !== this.#live) return;
    this.#live = null;
    const isShort = this.#timing.clock.now() - this.#liveSince < SHORT_LIFE_MS;
    if (!isShort) this.#failures = 0;
    // Were a young connection condemned although nothing changed in its life, "at once" would be a busy loop.
    const isAtOnce = by === 'network' && (!isShort || attempt.generation !== this.#generationNow());
    if (this.#attempt === null && !this.#hasGivenUp) {
      if (isAtOnce) this.#plan(this.#timing.random() * this.#timing.spreadMs, 'network');
      else {
        this.#failures += 1;
        this.#retry(true);
      }
    }
    this.#tellState();
  }

  #retry(isAfterLoss: boolean): void {
    this.#plan(this.#timing.schedule.delayMs(this.#failures, this.#timing.random), 'retry', isAfterLoss);
  }

  #abortAttempt(): void {
    const attempt = this.#attempt;
    this.#endAttempt();
    attempt?.abort();
  }

  #endAttempt(): void {
    this.#attempt = null;
    this.#cancelTimeout();
    this.#cancelTimeout = () => {};
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #tellState(): void {
    const previous = this.#state;
    const state = this.#stateNow();
    if (state === previous) return;
    this.#state = state;
    throwLater(() => this.#options.onState?.(state, previous));
  }

  #stateNow(): ReconnectState {
    if (this.#isClosed || !this.#isStarted) return 'idle';
    if (this.#live !== null) return 'connected';
    if (this.#hasGivenUp) return 'failed';
    const isUnderWay = this.#attempt !== null || this.#timer !== null;
    if (isUnderWay && this.#failures > this.#timing.schedule.concealCount) return 'unreachable';
    return this.#attempt === null ? 'waiting' : 'connecting';
  }
}

interface Timer {
  readonly dueAt: number;
  /** It comes after what may have been the network's doing: a connection that ended, an attempt whose path went. */
  readonly isAfterLoss: boolean;
  readonly cancel: () => void;
}
