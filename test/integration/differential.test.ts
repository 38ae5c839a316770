import { expect, it } from 'vitest';
import { failureText, type Tally, trySeed } from '../differential/differential.js';

// A few seeds of `npm run test:differential`, which tries many.
it.each([1, 2, 3, 4, 5, 6])(
  'mirror and kernel agree after random operations (seed %i)',
  { retry: 0 },
  async (seed) => {
    const tally: Tally = { operations: 0, lookups: 0, auditCorrections: 0, overruns: 0 };
    const failure = await trySeed(
      seed,
      { burstsPerSeed: 8, operationsPerBurst: 20, lookupsPerBurst: 200 },
      tally,
    );
    expect(failure === null ? '' : failureText(failure)).toBe('');
  },
);
