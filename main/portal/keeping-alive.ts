import { LONGEST_DELAY_MS } from '../../core/durations.js';

/** Keeps the process alive until a promise is settled that has nothing else to do so. */
export async function keepingAlive<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, LONGEST_DELAY_MS);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
