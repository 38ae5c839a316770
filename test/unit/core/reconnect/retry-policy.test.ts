import { describe, expect, it } from 'vitest';
import { checkRetryPolicy } from '../../../../core/reconnect/check-retry-policy.js';
import { type RetryPolicy, retrySchedule } from '../../../../core/reconnect/retry-policy.js';

const least = () => 0;
const most = () => 1;
const delays = (policy: RetryPolicy | undefined, random: () => number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => retrySchedule(policy).delayMs(index + 1, random));

describe('a list of delays', () => {
  const policy = { delaysMs: [1000, 3000, 9000], jitterPercent: 20 };

  it('gives each delay in turn, and repeats the last', () => {
    expect(delays(policy, least, 5)).toEqual([1000, 3000, 9000, 9000, 9000]);
  });

  it('adds up to the jitter percent, and takes nothing away', () => {
    expect(delays(policy, most, 4)).toEqual([1200, 3600, 10800, 10800]);
  });

  it('has 30 percent of jitter where nothing is said, and none where none is wanted', () => {
    expect(delays({ delaysMs: [1000] }, most, 1)).toEqual([1300]);
    expect(delays({ delaysMs: [1000], jitterPercent: 0 }, most, 1)).toEqual([1000]);
  });

  it('does not exceed what a timer can wait', () => {
    expect(delays({ delaysMs: [2 ** 31 - 1], jitterPercent: 100 }, most, 1)).toEqual([2 ** 31 - 1]);
  });

  it('conceals as many failures as it has delays, or as many as it is told', () => {
    expect(retrySchedule(policy).concealCount).toBe(3);
    expect(retrySchedule({ ...policy, concealCount: 0 }).concealCount).toBe(0);
    expect(retrySchedule({ ...policy, concealCount: 7 }).concealCount).toBe(7);
  });

  it('conceals for ever with Infinity, or 65535', () => {
    expect(retrySchedule({ ...policy, concealCount: 0xffff }).concealCount).toBe(Number.POSITIVE_INFINITY);
    expect(retrySchedule({ ...policy, concealCount: Number.POSITIVE_INFINITY }).concealCount).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('is not changed by what happens to the list afterwards', () => {
    const delaysMs = [1000];
    const schedule = retrySchedule({ delaysMs });
    delaysMs[0] = 5;
    expect(schedule.delayMs(1, least)).toBe(1000);
  });
});

describe('exponential with full jitter', () => {
  it('doubles its bound up to the longest', () => {
    const policy = { firstDelayMs: 100, longestDelayMs: 5000 };
    expect(delays(policy, most, 8)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('chooses anything from 0 to the bound', () => {
    expect(delays({ firstDelayMs: 100 }, least, 3)).toEqual([0, 0, 0]);
    expect(delays({ firstDelayMs: 100 }, () => 0.25, 3)).toEqual([25, 50, 100]);
  });

  it('is what holds where nothing is said: from half a second to half a minute', () => {
    expect(delays(undefined, most, 8)).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  });

  it('conceals until its bound grows no more', () => {
    expect(retrySchedule({ firstDelayMs: 100, longestDelayMs: 5000 }).concealCount).toBe(7);
    expect(retrySchedule({ firstDelayMs: 100, longestDelayMs: 100 }).concealCount).toBe(1);
    expect(retrySchedule().concealCount).toBe(7);
  });

  it('stays within its bound after any number of failures', () => {
    expect(retrySchedule().delayMs(5000, most)).toBe(30_000);
  });
});

describe('a policy that cannot be used', () => {
  it.each<[unknown, RegExp]>([
    [7, /^retry: must be an object/],
    [{ delaysMs: [] }, /^retry\.delaysMs: /],
    [{ delaysMs: 1000 }, /^retry\.delaysMs: /],
    [{ delaysMs: [1000, -1] }, /^retry\.delaysMs\[1\]: /],
    [{ delaysMs: [Number.NaN] }, /^retry\.delaysMs\[0\]: /],
    [{ delaysMs: [2 ** 31] }, /^retry\.delaysMs\[0\]: /],
    [{ delaysMs: [1], jitterPercent: 101 }, /^retry\.jitterPercent: /],
    [{ delaysMs: [1], jitterPercent: '3' }, /^retry\.jitterPercent: /],
    [{ delaysMs: [1], concealCount: -1 }, /^retry\.concealCount: /],
    [{ delaysMs: [1], concealCount: 1.5 }, /^retry\.concealCount: /],
    [{ delaysMs: [1], longestDelayMs: 4 }, /^retry\.longestDelayMs: is no field/],
    [{ firstDelayMs: 0 }, /^retry\.firstDelayMs: /],
    [{ firstDelayMs: 100, longestDelayMs: 99 }, /^retry\.longestDelayMs: /],
    [{ longestDelayMs: 499 }, /^retry\.longestDelayMs: /],
    [{ longestDelayMS: 99 }, /^retry\.longestDelayMS: is no field/],
  ])('%j is refused, naming the field', (policy, message) => {
    expect(() => checkRetryPolicy(policy as RetryPolicy)).toThrow(
      expect.objectContaining({
        code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
        message: expect.stringMatching(message),
      }),
    );
  });
});
