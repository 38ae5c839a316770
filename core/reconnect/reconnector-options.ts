import { type Clock, systemClock } from './clock.js';
import type { ReconnectAttempt } from './reconnect-attempt.js';
import type { ReconnectSource } from './reconnect-source.js';
import { type RetryPolicy, type RetrySchedule, retrySchedule } from './retry-policy.js';
import type { ReconnectSignal } from './signal.js';

/**
 * `idle`: not started, or closed. `connecting`: an attempt is under way. `connected`: there is a connection, also while its
 * replacement is being made. `waiting`: for the next attempt's time, or for a path. `unreachable`: there is a path, but more
 * attempts in a row have failed than the retry policy conceals; they go on. `failed`: given up, until the next `start()`.
 */
export type ReconnectState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'unreachable' | 'failed';

/** When to connect. */
export interface ReconnectTiming {
  /** Default `{ firstDelayMs: 500, longestDelayMs: 30000 }`, exponential with full jitter. */
  readonly retry?: RetryPolicy;
  /**
   * For fleets: when the network tells to go, each client waits a time of its own, by chance from 0 to this, in
   * milliseconds, on top of the signal's own delay; so that a thousand clients behind one router that comes back do not
   * knock at the same moment. Default 0.
   */
  readonly spreadMs?: number;
  /** An attempt that takes longer has failed; milliseconds, or `Infinity`. Default 20000. */
  readonly attemptTimeoutMs?: number;
  /** Closes when it is aborted. */
  readonly signal?: AbortSignal;
  /** Time, for tests. Default: the real one. */
  readonly clock?: Clock;
  /** Chance, 0 to 1, for tests. Default `Math.random`. */
  readonly random?: () => number;
}

/** What a {@link Reconnector} needs. */
export interface ReconnectorOptions extends ReconnectTiming {
  readonly network: ReconnectSource;
  /** Starts an attempt, which says later how it went. */
  readonly attempt: (attempt: ReconnectAttempt) => void;
  /**
   * Whether a signal of a new generation concerns the connection in use, so that another is made in its place. Default: all
   * do; which is more than needed where connections are tracked, since a registry knows what concerns each.
   */
  readonly isAffected?: (signal: ReconnectSignal) => boolean;
  /** The state is another one. */
  readonly onState?: (state: ReconnectState, previous: ReconnectState) => void;
}

// A TCP handshake whose first four SYNs are lost takes 15 s (RFC 6298, 1 s doubled); what takes longer has better
// chances as a new attempt.
const ATTEMPT_TIMEOUT_MS = 20_000;

/** The options that have a default, filled in. */
export interface FilledTiming {
  readonly schedule: RetrySchedule;
  readonly spreadMs: number;
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** When to connect, with what was left out filled in. */
export function filledTiming(options: ReconnectTiming): FilledTiming {
  const { retry, spreadMs = 0, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS, clock = systemClock } = options;
  return {
    schedule: retrySchedule(retry),
    spreadMs,
    attemptTimeoutMs,
    clock,
    random: options.random ?? Math.random,
  };
}
