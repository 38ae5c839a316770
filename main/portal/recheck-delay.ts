/** How often a portal detector looks again while a portal, or nothing, answers. Times in milliseconds. */
export interface RecheckOptions {
  /** Until the first look. Default 3000. */
  readonly firstMs?: number;
  /** Each wait is longer than the last by this factor. Default 1.6. */
  readonly factor?: number;
  /** No wait is longer. Default 60000. */
  readonly longestMs?: number;
  /** While a sign-in window is open. Default 1000. */
  readonly signInMs?: number;
}

/** The same, filled in. */
export type RecheckTiming = Required<RecheckOptions>;

// So that the devices behind one portal do not look all at once.
const JITTER = 0.2;

// A server may ask for patience, but a hostile network must not keep the detector from looking for hours.
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** When to look again, `attempt` looks after the first, with jitter of a fifth both ways. `random` gives 0 to 1. */
export function recheckDelayMs(
  { firstMs, factor, longestMs, signInMs }: RecheckTiming,
  given: {
    readonly attempt: number;
    readonly isSigningIn: boolean;
    /** What a server asked for; the user's own sign-in does not wait for it. */
    readonly retryAfterMs: number | null;
  },
  random: () => number,
): number {
  const jitter = 1 + JITTER * (2 * random() - 1);
  if (given.isSigningIn) return signInMs * jitter;
  const backoffMs = Math.min(longestMs, firstMs * factor ** given.attempt) * jitter;
  return Math.max(backoffMs, Math.min(given.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
}
