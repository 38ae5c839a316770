import { invalidArgument } from '../../../core/errors.js';
import { surface, surfaceUnlessAborted } from '../../../core/throw-later.js';
import type { Verdict } from '../../../core/verdict-types.js';
import type { ConnectionEvent } from '../registry-events.js';
import type { TrackedConnection } from '../tracked-connection.js';

/** What an application may answer: `false`: not now; a number: not for so many milliseconds; anything else: go on. */
export type VetoAnswer = boolean | number | undefined;

/**
 * Asked before a connection is invalidated, when its grace period is over and mirror and kernel agree on the verdict; never
 * for a connection that works. `signal` is aborted when the answer is not wanted any more: the connection has recovered or
 * is closed, or the answer took too long.
 */
export type BeforeInvalidate = (
  event: ConnectionEvent,
  signal: AbortSignal,
) => VetoAnswer | PromiseLike<VetoAnswer>;

/** How an application may postpone an invalidation. */
export interface VetoOptions {
  /**
   * May postpone the invalidation. What it throws or rejects with surfaces as an uncaught exception, and counts as no
   * objection; so does an answer that takes longer than 1000 ms. After a postponement the verdict is confirmed anew, and this
   * is asked again as long as time is left. Default: none.
   */
  readonly beforeInvalidate?: BeforeInvalidate;
  /**
   * For how long it may be postponed in all, waiting for answers included: 0 to 60000 milliseconds; 0: not at all, and
   * nobody is asked. Default 5000.
   */
  readonly postponeMs?: number;
}

/** {@link VetoOptions} of one connection, complete. */
export interface Veto {
  readonly beforeInvalidate: BeforeInvalidate;
  readonly postponeMs: number;
}

// Time to hand work over to another connection, or to ask somebody, and short enough that what is dead does not look alive.
const DEFAULT_POSTPONE_MS = 5000;
const LONGEST_POSTPONE_MS = 60_000;
// Whoever needs longer says so with a number.
const LONGEST_ANSWER_MS = 1000;

/** Checks options and puts `fallback` where they say nothing. Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the option. */
export function vetoOptions(options: VetoOptions, fallback: VetoOptions = {}): VetoOptions {
  const {
    beforeInvalidate = fallback.beforeInvalidate,
    postponeMs = fallback.postponeMs ?? DEFAULT_POSTPONE_MS,
  } = options;
  if (beforeInvalidate !== undefined && typeof beforeInvalidate !== 'function') {
    throw invalidArgument('beforeInvalidate', 'must be a function');
  }
  if (typeof postponeMs !== 'number' || !(postponeMs >= 0 && postponeMs <= LONGEST_POSTPONE_MS)) {
    throw invalidArgument(
      'postponeMs',
      `must be 0 to ${LONGEST_POSTPONE_MS} milliseconds, not ${String(postponeMs)}`,
    );
  }
  return { postponeMs, ...(beforeInvalidate === undefined ? {} : { beforeInvalidate }) };
}

/** An invalidation that the application was asked about. */
interface Case {
  /** Until when it may be postponed: milliseconds of `performance.now()`. */
  readonly endsAt: number;
  /** The question that is not answered yet. */
  question: AbortController | null;
  hasConsent: boolean;
}

/** Asks applications before their connections are invalidated, and keeps to the time that they may take. */
export class Vetoes {
  readonly #confirmAfter: (connection: TrackedConnection, delayMs: number) => void;
  readonly #cases = new Map<TrackedConnection, Case>();

  /** `confirmAfter`: has the verdict confirmed anew, which ends here again if it stands. */
  constructor(confirmAfter: (connection: TrackedConnection, delayMs: number) => void) {
    this.#confirmAfter = confirmAfter;
  }

  /** Whether a connection may be invalidated now; if not, `confirmAfter` is called when it may be time. */
  allow(connection: TrackedConnection, verdict: Verdict): boolean {
    const { veto } = connection;
    if (veto === null || veto.postponeMs === 0) return true;
    const open = this.#cases.get(connection) ?? this.#open(connection, veto.postponeMs);
    if (open.hasConsent || leftMs(open) === 0) return true;
    return open.question === null && this.#ask(connection, verdict, veto, open);
  }

  /** It is in doubt no more. */
  forget(connection: TrackedConnection): void {
    this.#cases.get(connection)?.question?.abort();
    this.#cases.delete(connection);
  }

  clear(): void {
    for (const connection of [...this.#cases.keys()]) this.forget(connection);
  }

  #open(connection: TrackedConnection, postponeMs: number): Case {
    const open: Case = { endsAt: performance.now() + postponeMs, question: null, hasConsent: false };
    this.#cases.set(connection, open);
    return open;
  }

  #ask(connection: TrackedConnection, verdict: Verdict, veto: Veto, open: Case): boolean {
    const question = new AbortController();
    const event = { connection, verdict, reason: verdict.reason, path: connection.lastPath };
    let answer: VetoAnswer | PromiseLike<VetoAnswer>;
    try {
      answer = veto.beforeInvalidate(event, question.signal);
    } catch (error) {
      surface(error);
      answer = undefined;
    }
    // It may have untracked the connection.
    if (this.#cases.get(connection) !== open) return false;
    if (!isPromise(answer)) return this.#take(connection, open, answer);
    open.question = question;
    this.#await(connection, open, question, answer);
    return false;
  }

  #await(
    connection: TrackedConnection,
    open: Case,
    question: AbortController,
    answer: PromiseLike<VetoAnswer>,
  ): void {
    const answered = (what: VetoAnswer): void => {
      clearTimeout(timer);
      if (question.signal.aborted) return;
      open.question = null;
      if (!this.#take(connection, open, what)) return;
      open.hasConsent = true;
      // The answer took its time: the verdict may be another one.
      this.#confirmAfter(connection, 0);
    };
    const timer = setTimeout(
      () => {
        answered(undefined);
        question.abort();
      },
      Math.min(LONGEST_ANSWER_MS, leftMs(open)),
    ).unref();
    Promise.resolve(answer).then(answered, (error: unknown) => {
      surfaceUnlessAborted(error, question.signal);
      answered(undefined);
    });
  }

  // Whether the answer consents.
  #take(connection: TrackedConnection, open: Case, answer: VetoAnswer): boolean {
    const postponeMs = answer === false ? leftMs(open) : typeof answer === 'number' ? answer : 0;
    // Also where it is NaN.
    if (!(postponeMs > 0)) return true;
    this.#confirmAfter(connection, Math.min(postponeMs, leftMs(open)));
    return false;
  }
}

// To the millisecond: timers are no finer.
function leftMs({ endsAt }: Case): number {
  const leftMs = endsAt - performance.now();
  return leftMs < 1 ? 0 : leftMs;
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
