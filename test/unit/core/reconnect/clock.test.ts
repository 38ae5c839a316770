import { expect, it } from 'vitest';
import { systemClock } from '../../../../core/reconnect/clock.js';

it('never comes too early for what is longer than a timer keeps', async () => {
  const called: string[] = [];
  const cancels = [Number.POSITIVE_INFINITY, 2 ** 40].map((delayMs) =>
    systemClock.after(delayMs, () => called.push('long')),
  );
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  expect(called).toEqual([]);
  for (const cancel of cancels) cancel();
});
