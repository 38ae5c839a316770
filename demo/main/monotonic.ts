/** CLOCK_MONOTONIC in milliseconds: the clock of `NetworkMonitor.receivedAt`. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
