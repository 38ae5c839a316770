import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { trySeed } from '../chaos/chaos.js';
import { MEMBERS_A_PAGE, pageCrowd } from '../chaos/crowds.js';

let userData: string;

test.beforeEach(() => {
  userData = mkdtempSync(path.join(tmpdir(), 'roamkit-e2e-chaos-'));
});

test.afterEach(() => {
  rmSync(userData, { recursive: true, force: true, maxRetries: 10 });
});

// Once is enough to be wrong: no second try.
test.describe.configure({ retries: 0 });

// A short run of `npm run test:chaos-pages`, which goes on for longer, with more pages.
test('no healthy connection of a page is closed, and no dead one left open, whatever happens', async () => {
  test.setTimeout(180_000);
  const executable = process.env['ROAMKIT_ELECTRON_EXECUTABLE'] ?? '';
  const { faults, healthyClosed, affected, invalidated } = await trySeed(
    1,
    pageCrowd({ executable, env: {} }, userData),
    { connections: MEMBERS_A_PAGE, churn: { disturbances: 8 } },
  );
  expect(faults).toEqual([]);
  expect(healthyClosed).toBe(0);
  // None was left open, or it would be a fault.
  expect(invalidated).toBeLessThanOrEqual(affected);
  expect(invalidated).toBeGreaterThan(affected * 0.9);
});
