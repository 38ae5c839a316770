import { uptime } from 'node:os';
import { LONGEST_DELAY_MS } from '../../core/durations.js';
import { invalidArgument } from '../../core/errors.js';
import type { PowerEvent, PowerSource } from './power-source.js';

/** The clocks that {@link ClockJumpSource} compares. */
export interface PowerClock {
  /** Milliseconds that the machine was awake: CLOCK_MONOTONIC on Linux. */
  awakeMs(): number;
  /** Milliseconds since the machine was started, its sleep included: CLOCK_BOOTTIME on Linux. */
  sinceBootMs(): number;
  /** Calls `callback` every `intervalMs`, without keeping the process alive; returns what ends that. */
  every(intervalMs: number, callback: () => void): () => void;
}

/** How to make a {@link ClockJumpSource}. */
export interface ClockJumpOptions {
  /** How often the clocks are compared, in milliseconds: how late a resume is told at most. Default 2000. */
  readonly intervalMs?: number;
  /**
   * How long the machine must have slept, or the process stood still, in milliseconds, to count. Default 2000. Less than
   * 100 counts the clocks' grain.
   */
  readonly thresholdMs?: number;
  /** Default: the machine's. */
  readonly clock?: PowerClock;
}

const machineClock: PowerClock = {
  awakeMs: () => performance.now(),
  // CLOCK_BOOTTIME to the hundredth of a second, or the platform's like.
  sinceBootMs: () => uptime() * 1000,
  every: (intervalMs, callback) => {
    const timer = setInterval(callback, intervalMs).unref();
    return () => clearInterval(timer);
  },
};

/**
 * Finds out from the clocks that the machine slept, for processes that nobody tells: plain Node. It has a timer, so it
 * works only where it is asked for.
 *
 * ```ts
 * followPower(new ClockJumpSource(), registry);
 * ```
 *
 * Two things count as a `resume`: the clock that runs while the machine sleeps got ahead of the one that does not; or the
 * timer came much too late, since the process was stopped (SIGSTOP, a frozen container, a paused virtual machine). An event
 * loop that was blocked for that long looks the same, and a needless `resume` does no harm. There is no `suspend`.
 */
export class ClockJumpSource implements PowerSource {
  readonly #intervalMs: number;
  readonly #thresholdMs: number;
  readonly #clock: PowerClock;

  /** @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a time that is none, naming it. */
  constructor(options: ClockJumpOptions = {}) {
    const { intervalMs = 2000, thresholdMs = 2000, clock = machineClock } = options;
    checkMs('intervalMs', intervalMs);
    checkMs('thresholdMs', thresholdMs);
    this.#intervalMs = intervalMs;
    this.#thresholdMs = thresholdMs;
    this.#clock = clock;
  }

  watch(listener: (event: PowerEvent) => void): () => void {
    const clock = this.#clock;
    let lastAwakeMs = clock.awakeMs();
    let lastSinceBootMs = clock.sinceBootMs();
    return clock.every(this.#intervalMs, () => {
      const awakeMs = clock.awakeMs();
      const sinceBootMs = clock.sinceBootMs();
      const sleptMs = sinceBootMs - lastSinceBootMs - (awakeMs - lastAwakeMs);
      const lateMs = awakeMs - lastAwakeMs - this.#intervalMs;
      lastAwakeMs = awakeMs;
      lastSinceBootMs = sinceBootMs;
      if (sleptMs >= this.#thresholdMs || lateMs >= this.#thresholdMs) listener('resume');
    });
  }
}

function checkMs(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= LONGEST_DELAY_MS) return;
  throw invalidArgument(name, `must be 1 to ${LONGEST_DELAY_MS} whole milliseconds, not ${String(value)}`);
}
