import { areSamePaths, diffNetwork, type NetworkChange } from '../network-diff.js';
import type { NetworkState } from '../network-types.js';
import type { Reason } from '../verdict-types.js';
import type { Clock } from './clock.js';
import { type ReconnectSignal, signalForChange, signalForInvalidation, signalForResume } from './signal.js';

// How long a change may wait for verdicts on the connections it put in doubt: the default grace period (100 ms) and
// one repeated question where mirror and kernel disagree (250 ms), with room to spare. Doubts that take longer than
// this by policy, such as a lost carrier's 1500 ms, are not waited for.
const LONGEST_HOLD_MS = 500;

// How long a loss that is certain waits for the verdicts on the rest: connections that turned suspect in one batch fall
// due a millisecond or two apart.
const LOSS_HOLD_MS = 20;

/**
 * Turns changes and invalidations into reconnect signals, so that for one loss there is one signal, and it comes
 * after the invalidations: while connections are suspect, the change that made them so is held until they are
 * decided. A path that comes back meanwhile, as in a route that is deleted and put back, gives no signal at all.
 *
 * All signals have `delayMs` 0: each receiver draws its own jitter.
 */
export class ReconnectSignals {
  readonly #tell: (signal: ReconnectSignal) => void;
  readonly #state: () => NetworkState;
  readonly #clock: Clock;
  readonly #suspects = new Set<number>();
  #held: NetworkChange | null = null;
  #lossReason: Reason | null = null;
  #hasSlept = false;
  #stopHolding: () => void = () => {};
  #holdsUntil = Number.POSITIVE_INFINITY;
  #cancelFlush: (() => void) | null = null;
  #isClosed = false;

  constructor(tell: (signal: ReconnectSignal) => void, state: () => NetworkState, clock: Clock) {
    this.#tell = tell;
    this.#state = state;
    this.#clock = clock;
  }

  /** The network changed. The verdicts of the same batch may come after it, in the same turn. */
  changed(change: NetworkChange): void {
    if (!change.generationChanged) return;
    this.#held = this.#held === null ? change : merged(this.#held, change);
    this.#queueFlush();
  }

  /** A connection turned suspect and will be decided after `graceMs`. */
  suspected(connection: number, graceMs: number): void {
    if (graceMs <= LONGEST_HOLD_MS) this.#suspects.add(connection);
  }

  /** A suspect is decided, or gone: nothing was lost. */
  settled(connection: number): void {
    if (this.#suspects.delete(connection)) this.#queueFlush();
  }

  /** A connection was invalidated. All that are in the same turn share one signal. */
  invalidated(connection: number, reason: Reason): void {
    this.#suspects.delete(connection);
    this.#lossReason ??= reason;
    this.#queueFlush();
  }

  /** The machine slept; what it lost meanwhile has been told. */
  resumed(): void {
    this.#hasSlept = true;
    this.#queueFlush();
  }

  /** No signal comes any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelFlush?.();
    this.#endHold();
  }

  // After this turn: then the whole batch, or the whole group of due connections, has been heard. A microtask would not
  // do: Electron runs them whenever a call into it returns, in the middle of a batch.
  #queueFlush(): void {
    if (this.#isClosed) return;
    this.#cancelFlush ??= this.#clock.after(0, () => {
      this.#cancelFlush = null;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#held === null && this.#lossReason === null && !this.#hasSlept) return;
    if (this.#suspects.size > 0) this.#hold(this.#lossReason === null ? LONGEST_HOLD_MS : LOSS_HOLD_MS);
    else this.#release();
  }

  #hold(forMs: number): void {
    const until = this.#clock.now() + forMs;
    if (until >= this.#holdsUntil) return;
    this.#endHold();
    this.#holdsUntil = until;
    this.#stopHolding = this.#clock.after(forMs, () => {
      this.#suspects.clear();
      this.#release();
    });
  }

  #release(): void {
    this.#endHold();
    const change = this.#held;
    const reason = this.#lossReason;
    this.#held = null;
    const hasSlept = this.#hasSlept;
    this.#lossReason = null;
    this.#hasSlept = false;
    const loss = reason === null ? null : signalForInvalidation(this.#state(), reason, 0);
    const changed = change === null ? null : signalForChange(change, 0);
    const signal = loss ?? changed ?? (hasSlept ? signalForResume(this.#state(), 0) : null);
    if (signal !== null) this.#tell(signal);
  }

  #endHold(): void {
    this.#stopHolding();
    this.#stopHolding = () => {};
    this.#holdsUntil = Number.POSITIVE_INFINITY;
  }
}

/** Two changes in a row as one. */
function merged(first: NetworkChange, second: NetworkChange): NetworkChange {
  const { previous } = first;
  const { next } = second;
  // A path that went and is back differs no more, so that its loss does not count.
  const whole = diffNetwork(previous, next, [...first.lostFamilies, ...second.lostFamilies]) ?? second;
  return {
    ...whole,
    // The generation grew on the way, but where the old paths are back nobody needs to reconnect.
    generationChanged: !areSamePaths(previous.defaultPaths, next.defaultPaths),
  };
}
