import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from './errors.js';

/** How long and for what {@link waitFor} waits. */
export interface WaitForOptions {
  /** What is awaited, for the error message: "the default route to be back". */
  readonly what: string;
  /** Default 5000. */
  readonly timeoutMs?: number;
  /** Pause between two looks. Default 5: about what one `ip` process costs anyway. */
  readonly intervalMs?: number;
}

/**
 * Looks again and again until `condition` gives something truthy, and resolves to that. A condition that throws counts
 * as "not yet"; what it threw last is the cause of the final error.
 *
 * @throws {LabError} when the time is up.
 * @example await waitFor(async () => (await host.links()).length === 1, { what: 'the veth to be gone' });
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 5000, intervalMs = 5 }: WaitForOptions,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      const last = cause instanceof Error ? `; the last look failed: ${cause.message}` : '';
      throw new LabError(`waited ${timeoutMs} ms in vain for ${what}${last}`, { cause });
    }
    await delay(intervalMs);
  }
}
