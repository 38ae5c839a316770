import { expect, it } from 'vitest';
import { trySeed } from '../chaos/chaos.js';
import { libraryCrowd } from '../chaos/crowds.js';

// A short run of `npm run test:chaos`, which goes on for longer, with more connections. Once is enough to be wrong: no second try.
it('closes no healthy connection and leaves no dead one open, whatever happens', {
  retry: 0,
  timeout: 120_000,
}, async () => {
  const { faults, healthyClosed, affected, invalidated } = await trySeed(1, libraryCrowd, {
    connections: 48,
    churn: { disturbances: 12 },
  });
  expect(faults).toEqual([]);
  expect(healthyClosed).toBe(0);
  // None was left open, or it would be a fault; a library may close some by itself when another of its pool is lost.
  expect(invalidated).toBeLessThanOrEqual(affected);
  expect(invalidated).toBeGreaterThan(affected * 0.9);
});
