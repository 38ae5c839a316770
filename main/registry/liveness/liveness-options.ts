import { LONGEST_DELAY_MS } from '../../../core/durations.js';
import { invalidArgument } from '../../../core/errors.js';
import type { Connection } from '../connection.js';

/** When a connection counts as dead though the network has nothing against it: its peer has been silent too long. */
export interface LivenessOptions {
  /** How long the peer may be silent before `ping` is called, in milliseconds. */
  readonly pingAfterMs: number;
  /** How long it may be silent in all, with the ping unanswered: more than `pingAfterMs`, at most 2147483647. */
  readonly hangupAfterMs: number;
  /**
   * Makes a living peer send something: a WebSocket ping, an empty request. Called once for each silence. That it returns proves
   * nothing, only what the peer sends does. What it throws or rejects with surfaces as an uncaught exception. `signal` is
   * aborted when the answer is not waited for any more.
   */
  readonly ping: (connection: Connection, signal: AbortSignal) => unknown;
}

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field, on options that cannot be used. */
export function checkLivenessOptions(options: LivenessOptions): void {
  if (typeof options !== 'object' || options === null) throw invalidArgument('liveness', 'must be an object');
  const { pingAfterMs, hangupAfterMs, ping } = options;
  if (typeof pingAfterMs !== 'number' || !(pingAfterMs > 0 && pingAfterMs < LONGEST_DELAY_MS)) {
    throw invalidArgument(
      'liveness.pingAfterMs',
      `must be more than 0 and less than ${LONGEST_DELAY_MS} milliseconds, not ${String(pingAfterMs)}`,
    );
  }
  if (
    typeof hangupAfterMs !== 'number' ||
    !(hangupAfterMs > pingAfterMs && hangupAfterMs <= LONGEST_DELAY_MS)
  ) {
    throw invalidArgument(
      'liveness.hangupAfterMs',
      `must be more than pingAfterMs and at most ${LONGEST_DELAY_MS} milliseconds, not ${String(hangupAfterMs)}`,
    );
  }
  if (typeof ping !== 'function') throw invalidArgument('liveness.ping', 'must be a function');
}
