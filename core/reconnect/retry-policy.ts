import { checkDelayMs, LONGEST_DELAY_MS } from '../durations.js';
import { invalidArgument } from '../errors.js';

/** When to try again: the delays one by one, the last of them repeated. */
export interface DelayListPolicy {
  /** The delay after the first failure in a row, after the second, … in milliseconds. At least one. */
  readonly delaysMs: readonly number[];
  /** Up to this much of each delay is added by chance, in percent, so that clients drift apart. 0 to 100; default 30. */
  readonly jitterPercent?: number;
  /**
   * How many failures in a row are retried before the user is told (state `unreachable`). `Infinity`, and 65535 as
   * libwebsockets writes it: for ever. Default: as many as there are delays.
   */
  readonly concealCount?: number;
}

/**
 * When to try again: each delay is chosen by chance from 0 to a bound that doubles with every failure in a row ("full
 * jitter"). A thousand clients that lost the same server come back evenly spread, with no crowd at the end of a common delay.
 */
export interface ExponentialPolicy {
  /** The bound after the first failure, in milliseconds. Default 500. */
  readonly firstDelayMs?: number;
  /** No bound is longer. Default 30000. */
  readonly longestDelayMs?: number;
  /** As in {@link DelayListPolicy}. Default: as many as it takes until the bound grows no more. */
  readonly concealCount?: number;
}

/** When to try again after failures. */
export type RetryPolicy = DelayListPolicy | ExponentialPolicy;

// The first retry soon, since most failures are a server that restarts; the last one seldom enough that a server that is
// away for a day costs nothing, and soon enough that nobody reaches for the restart button.
const FIRST_DELAY_MS = 500;
const LONGEST_BOUND_MS = 30_000;
// libwebsockets' own default (RETRY_JITTER_DEFAULT).
const JITTER_PERCENT = 30;
// How libwebsockets writes "for ever" in 16 bits.
const FOR_EVER = 0xffff;

/** A {@link RetryPolicy} that was checked and filled in. */
export interface RetrySchedule {
  /** How long to wait after the `failures`th failure in a row (1: the first), in milliseconds. `random` gives 0 to 1. */
  delayMs(failures: number, random: () => number): number;
  /** How many failures in a row are kept from the user; may be `Infinity`. */
  readonly concealCount: number;
}

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field, on a policy that cannot be used. */
export function retrySchedule(policy: RetryPolicy = {}, field = 'retry'): RetrySchedule {
  if (typeof policy !== 'object' || policy === null) throw invalidArgument(field, 'must be an object');
  return 'delaysMs' in policy ? listSchedule(policy, field) : exponentialSchedule(policy, field);
}

function listSchedule(policy: DelayListPolicy, field: string): RetrySchedule {
  checkFields(policy, ['delaysMs', 'jitterPercent', 'concealCount'], field);
  const { jitterPercent = JITTER_PERCENT } = policy;
  if (!Array.isArray(policy.delaysMs) || policy.delaysMs.length === 0) {
    throw invalidArgument(`${field}.delaysMs`, 'must be a list of at least one delay');
  }
  const delays: readonly number[] = [...policy.delaysMs];
  for (const [index, delay] of delays.entries()) checkDelayMs(delay, `${field}.delaysMs[${index}]`);
  if (!(typeof jitterPercent === 'number' && jitterPercent >= 0 && jitterPercent <= 100)) {
    throw invalidArgument(`${field}.jitterPercent`, `must be 0 to 100, not ${String(jitterPercent)}`);
  }
  return {
    delayMs: (failures, random) => {
      const delay = delays[failures - 1] ?? delays.at(-1) ?? 0;
      return Math.min(LONGEST_DELAY_MS, delay * (1 + (random() * jitterPercent) / 100));
    },
    concealCount: concealCountOf(policy, delays.length, field),
  };
}

function exponentialSchedule(policy: ExponentialPolicy, field: string): RetrySchedule {
  checkFields(policy, ['firstDelayMs', 'longestDelayMs', 'concealCount'], field);
  const { firstDelayMs = FIRST_DELAY_MS, longestDelayMs = Math.max(LONGEST_BOUND_MS, firstDelayMs) } = policy;
  checkDelayMs(firstDelayMs, `${field}.firstDelayMs`, 1);
  checkDelayMs(longestDelayMs, `${field}.longestDelayMs`, firstDelayMs);
  const doublings = Math.ceil(Math.log2(longestDelayMs / firstDelayMs));
  return {
    delayMs: (failures, random) => random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1)),
    concealCount: concealCountOf(policy, doublings + 1, field),
  };
}

function concealCountOf({ concealCount }: RetryPolicy, standard: number, field: string): number {
  if (concealCount === undefined) return standard;
  if (concealCount === FOR_EVER || concealCount === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(concealCount) && concealCount >= 0) return concealCount;
  throw invalidArgument(
    `${field}.concealCount`,
    `must be a whole number from 0 on, or Infinity, not ${String(concealCount)}`,
  );
}

// A misspelt field would silently give another schedule than was meant.
function checkFields(policy: object, known: readonly string[], field: string): void {
  const unknown = Object.keys(policy).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalidArgument(
    `${field}.${unknown}`,
    `is no field of such a retry policy; those are ${known.join(', ')}`,
  );
}
