import { expect, it } from 'vitest';
import { TokenBucket } from '../../../../main/electron/token-bucket.js';

it('lets a burst through, then the rate', () => {
  let now = 0;
  const bucket = new TokenBucket(200, () => now);
  const taken = (tries: number): number =>
    Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;
  expect(taken(300)).toBe(200);
  now += 100;
  expect(taken(300)).toBe(20);
  now += 60_000;
  expect(taken(300)).toBe(200);
});
