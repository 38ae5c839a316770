import type { Clock } from '../../core/reconnect/clock.js';

/** The real clock, with timers that do not keep the process alive: connections do that as long as they want to. */
export const backgroundClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
