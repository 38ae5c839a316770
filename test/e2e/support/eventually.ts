import { expect } from '@playwright/test';

/**
 * Looks again and again, every 20 ms: `await eventually(() => page.story()).toContain('open')`. Playwright's own pauses
 * grow to a second, which is most of what these tests would take.
 */
export function eventually<T>(look: () => T | Promise<T>, what?: string) {
  return expect.poll(look, {
    intervals: [20],
    timeout: 10_000,
    ...(what === undefined ? {} : { message: what }),
  });
}
