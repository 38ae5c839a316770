const ORIGIN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** A time of CLOCK_MONOTONIC, in milliseconds, as `performance.now()` of this thread tells it. */
export function performanceTime(monotonicMs: number): number {
  return monotonicMs - ORIGIN_MS;
}
