import { invalidArgument } from './errors.js';

/** The longest delay that `setTimeout` keeps; with a longer one it would fire at once. About 24.8 days. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming `field`, on what is no time to wait. */
export function checkDelayMs(value: unknown, field: string, leastMs = 0): void {
  if (typeof value === 'number' && value >= leastMs && value <= LONGEST_DELAY_MS) return;
  throw invalidArgument(
    field,
    `must be ${leastMs} to ${LONGEST_DELAY_MS} milliseconds, not ${String(value)}`,
  );
}
