/** The time now, in milliseconds of CLOCK_MONOTONIC with fractions: the clock of `NetworkMonitor.receivedAt`, and of other programs. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const ORIGIN_MS = monotonicNow() - performance.now();

/** A time of CLOCK_MONOTONIC, in milliseconds, as `performance.now()` of this thread tells it. */
export function performanceTime(monotonicMs: number): number {
  return monotonicMs - ORIGIN_MS;
}
