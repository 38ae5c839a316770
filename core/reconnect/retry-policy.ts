import { LONGEST_DELAY_MS } from '../durations.js';

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
export const FIRST_DELAY_MS = 500;
const LONGEST_BOUND_MS = 30_000;
// libwebsockets' own default (RETRY_JITTER_DEFAULT).
const JITTER_PERCENT = 30;
// How libwebsockets writes "for ever" in 16 bits.
const FOR_EVER = 0xffff;

/** A {@link RetryPolicy}, filled in. */
export interface RetrySchedule {
  /** How long to wait after the `failures`th failure in a row (1: the first), in milliseconds. `random` gives 0 to 1. */
  delayMs(failures: number, random: () => number): number;
  /** How many failures in a row are kept from the user; may be `Infinity`. */
  readonly concealCount: number;
}

/** What a policy that was checked (`checkRetryPolicy`) comes to. */
export function retrySchedule(policy: RetryPolicy = {}): RetrySchedule {
  return 'delaysMs' in policy ? listSchedule(policy) : exponentialSchedule(policy);
}

function listSchedule({
  delaysMs,
  jitterPercent = JITTER_PERCENT,
  concealCount,
}: DelayListPolicy): RetrySchedule {
  const delays: readonly number[] = [...delaysMs];
  return {
    delayMs: (failures, random) => {
      const delay = delays[failures - 1] ?? delays.at(-1) ?? 0;
      return Math.min(LONGEST_DELAY_MS, delay * (1 + (random() * jitterPercent) / 100));
    },
    concealCount: concealCountOf(concealCount ?? delays.length),
  };
}

function exponentialSchedule(policy: ExponentialPolicy): RetrySchedule {
  const { firstDelayMs = FIRST_DELAY_MS } = policy;
  const { longestDelayMs = Math.max(LONGEST_BOUND_MS, firstDelayMs), concealCount } = policy;
  const doublings = Math.ceil(Math.log2(longestDelayMs / firstDelayMs));
  return {
    delayMs: (failures, random) => random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1)),
    concealCount: concealCountOf(concealCount ?? doublings + 1),
  };
}

function concealCountOf(count: number): number {
  return count === FOR_EVER ? Number.POSITIVE_INFINITY : count;
}
