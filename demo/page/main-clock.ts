// The best of so many: the round trip with the least waiting bounds the error to half its length, about 0.1 ms.
const SAMPLES = 24;

/** The main process's clock, as far as a page can know it. */
export interface MainClock {
  /** A time of this page's `performance.now()` as CLOCK_MONOTONIC in milliseconds. */
  fromPage(time: number): number;
}

/** Asks main for the time some times over, and keeps the answer that came fastest. */
export async function readMainClock(ask: () => Promise<number>): Promise<MainClock> {
  let bestRoundTripMs = Number.POSITIVE_INFINITY;
  let offset = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const before = performance.now();
    const main = await ask();
    const after = performance.now();
    if (after - before >= bestRoundTripMs) continue;
    bestRoundTripMs = after - before;
    offset = main - (before + after) / 2;
  }
  return { fromPage: (time) => time + offset };
}
