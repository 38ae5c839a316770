import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx,mjs}'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // A lab and a child process or two each: more at once would only wait for the processor.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // On a machine that others use, a process can be kept waiting for longer than any limit here. What passes only at
          // the second try is told by name in the closing lines.
          retry: process.env['CI'] ? 1 : 0,
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
    ],
  },
});
