import { LONGEST_DELAY_MS } from '../durations.js';

/** Time, passed in so that tests can hold it. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls `callback` once after `delayMs`, or after the longest time there is; returns what prevents that. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The real one. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
