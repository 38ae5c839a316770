/** Time, passed in so that tests can hold it. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls `callback` once after `delayMs`; returns what prevents that. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The real one. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
