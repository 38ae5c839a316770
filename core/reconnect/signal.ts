import type { NetworkChange } from '../network-diff.js';
import type { NetworkState } from '../network-types.js';
import type { Reason } from '../verdict-types.js';

/**
 * How to take a signal: `now`: a path exists, go (after `delayMs`); `soon`: the path changed under a living
 * connection, open the new one, then drop the old; `wait`: no path, stop trying until the next signal.
 */
export type ReconnectUrgency = 'now' | 'soon' | 'wait';

/** What set a signal off. */
export type ReconnectCause =
  /** A default path exists again after there was none. */
  | 'path-appeared'
  /** The default path is another one: other link, gateway or source. */
  | 'path-changed'
  /** The last default path went. */
  | 'path-lost'
  /** Connections were invalidated while a path to elsewhere exists. */
  | 'invalidated'
  /** The machine slept, and there is a path: what waits need not wait longer. What works may stay. */
  | 'resumed';

/** Tells when and how to reconnect. */
export interface ReconnectSignal {
  /** The generation it belongs to; a result that began in an older one is stale. */
  readonly generation: number;
  readonly cause: ReconnectCause;
  /** Why connections were invalidated; `null` for other causes. */
  readonly reason: Reason | null;
  readonly urgency: ReconnectUrgency;
  /** How long to wait before trying, in milliseconds: jitter, so that a fleet of clients does not stampede. */
  readonly delayMs: number;
}

/** The signal that a change of the network calls for, or `null` for none. `delayMs` is the jitter already drawn. */
export function signalForChange(change: NetworkChange, delayMs: number): ReconnectSignal | null {
  if (!change.generationChanged) return null;
  const { generation } = change.next;
  const base = { generation, reason: null } as const;
  if (!hasPath(change.next)) return { ...base, cause: 'path-lost', urgency: 'wait', delayMs: 0 };
  if (!hasPath(change.previous)) return { ...base, cause: 'path-appeared', urgency: 'now', delayMs };
  return { ...base, cause: 'path-changed', urgency: change.defaultPathLost ? 'now' : 'soon', delayMs };
}

/** The signal that invalidated connections call for: `null` without a path, since its coming will signal anyway. */
export function signalForInvalidation(
  state: NetworkState,
  reason: Reason,
  delayMs: number,
): ReconnectSignal | null {
  if (!hasPath(state)) return null;
  return { generation: state.generation, cause: 'invalidated', reason, urgency: 'now', delayMs };
}

/** The signal that a resume from sleep calls for: `null` without a path, since its coming will signal anyway. */
export function signalForResume(state: NetworkState, delayMs: number): ReconnectSignal | null {
  if (!hasPath(state)) return null;
  return { generation: state.generation, cause: 'resumed', reason: null, urgency: 'now', delayMs };
}

function hasPath(state: NetworkState): boolean {
  return state.defaultPaths[4] !== null || state.defaultPaths[6] !== null;
}
