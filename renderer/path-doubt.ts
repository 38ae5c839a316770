import type { PathWatch } from './path-watch.js';

// When main is asked again about a path that it doubts. What it finds arrives by itself; this is for what proves to be no loss.
const ASK_AGAIN_MS = 50;

// Longer than any grace period that is a default (`carrier-lost`: 1500 ms), and no longer than people wait for an error.
const MOST_DOUBT_MS = 2000;

// However many requests fail at once, one asks.
const asking = new WeakMap<PathWatch, Promise<void>>();

/**
 * Resolves when the main process does not doubt a path, or no more: after one question, mostly. Where it has found it dead, the
 * watch was told. Doubts that last are not waited for; nor is anything once `signal` is aborted.
 */
export function doubtOver(watch: PathWatch, signal: AbortSignal): Promise<void> {
  const answer = asking.get(watch) ?? askedOf(watch).finally(() => asking.delete(watch));
  asking.set(watch, answer);
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
    else void answer.then(done, done);
  });
}

async function askedOf(watch: PathWatch): Promise<void> {
  for (let waitedMs = 0; waitedMs < MOST_DOUBT_MS; waitedMs += ASK_AGAIN_MS) {
    if (!(await watch.isSuspect())) return;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
