import { expect, it } from 'vitest';
import { recheckDelayMs } from '../../../../main/portal/recheck-delay.js';

const TIMING = { firstMs: 1000, factor: 2, longestMs: 5000, signInMs: 500 };
const PLAIN = { attempt: 0, isSigningIn: false, retryAfterMs: null };
const middle = (): number => 0.5;

it('grows by the factor, up to the longest', () => {
  const delays = [0, 1, 2, 3, 50].map((attempt) => recheckDelayMs(TIMING, { ...PLAIN, attempt }, middle));
  expect(delays).toEqual([1000, 2000, 4000, 5000, 5000]);
});

it('varies by a fifth both ways', () => {
  expect(recheckDelayMs(TIMING, PLAIN, () => 0)).toBeCloseTo(800);
  expect(recheckDelayMs(TIMING, PLAIN, () => 1)).toBeCloseTo(1200);
});

it('is short while somebody signs in, whatever a server asks for', () => {
  const given = { attempt: 9, isSigningIn: true, retryAfterMs: 60_000 };
  expect(recheckDelayMs(TIMING, given, middle)).toBe(500);
});

it('waits as long as a server asks for, but not for hours', () => {
  expect(recheckDelayMs(TIMING, { ...PLAIN, retryAfterMs: 30_000 }, middle)).toBe(30_000);
  expect(recheckDelayMs(TIMING, { ...PLAIN, retryAfterMs: 10 }, middle)).toBe(1000);
  expect(recheckDelayMs(TIMING, { ...PLAIN, retryAfterMs: 86_400_000 }, middle)).toBe(600_000);
});
