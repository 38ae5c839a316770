import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  // All tests share the runner's own network namespace (test/lab/enter.mjs): one at a time.
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  forbidOnly: true,
  // As in vitest.config.ts.
  retries: process.env['CI'] ? 1 : 0,
  outputDir: '../../test-results',
});
