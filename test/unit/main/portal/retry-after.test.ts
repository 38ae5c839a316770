import { expect, it } from 'vitest';
import { retryAfterMs } from '../../../../main/portal/retry-after.js';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
  ['Friday, 02-Jan-26 03:05:05 GMT', null],
  ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  ['99999999999999', null],
  ['', null],
  [undefined, null],
])('%s', (header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});
