import type { Socket } from 'node:net';
import type { UnroutableError } from '../../../core/errors.js';
import type { Flow } from '../../../core/verdict-types.js';
import { type ConnectAttempt, ConnectAttempts } from './connect-attempts.js';
import { flowOfAttempt, flowOfSocket } from './flow-of-socket.js';
import { hostsOfSocket } from './host-of-socket.js';

/** What {@link followSocket} tells. */
export interface SocketFollower {
  /** The time up to which the network's news was read; see `NetworkMonitor.readUpTo`. */
  readonly readUpTo: () => number | null;
  /** Whether there is news of the network that was not read yet. */
  readonly isBehind: () => boolean;
  /** The one attempt to connect that is left is under way; `sinceMs`: since when, `null` where that is not known. */
  readonly connecting: (flow: Flow, sinceMs: number | null) => void;
  /**
   * It is connected; `flow`: `null` where it has no peer address, as a Unix socket; `sinceMs`: since when it was connecting,
   * `null` where that is not known.
   */
  readonly connected: (flow: Flow | null, sinceMs: number | null) => void;
  /** What is known of the host that the application asked for may have grown. */
  readonly named: (hosts: readonly string[]) => void;
  /** It is closed, or was forgotten by all who could use it. */
  readonly closed: () => void;
}

// How soon to look again whether the network's news was read: a batch takes about a millisecond.
const UNREAD_RETRY_MS = 5;
// A storm may go on for ever.
const MOST_UNREAD_RETRIES = 10;

// A socket that is handed to another process is never closed here, nor is one that never connects: they are gone once they are
// collected.
const forgotten = new FinalizationRegistry<() => void>((closed) => closed());

/**
 * Follows a socket, also one whose connect() is still to come, until it closes; `attempts`: where they are followed
 * already. Nothing that is kept holds the socket.
 *
 * @returns the function that takes all listeners back.
 */
export function followSocket(
  reference: WeakRef<Socket>,
  follower: SocketFollower,
  attempts = new ConnectAttempts(reference, follower.readUpTo),
): () => void {
  const stop = listen(reference, follower, attempts);
  const token = {};
  const socket = reference.deref();
  if (socket !== undefined) forgotten.register(socket, follower.closed, token);
  return () => {
    forgotten.unregister(token);
    stop();
  };
}

function listen(reference: WeakRef<Socket>, follower: SocketFollower, attempts: ConnectAttempts): () => void {
  let retry: NodeJS.Timeout | undefined;
  const named = (): void => {
    const socket = reference.deref();
    if (socket !== undefined) follower.named(hostsOfSocket(socket));
  };
  // News that is not read yet may be of what was lost before the socket had anything to do with it, and would condemn it.
  const whenRead = (proceed: () => void, tries = 0): void => {
    if (attempts.sinceMs !== null || !follower.isBehind() || tries === MOST_UNREAD_RETRIES) proceed();
    else retry = setTimeout(whenRead, UNREAD_RETRY_MS, proceed, tries + 1).unref();
  };
  const begin = (attempt: ConnectAttempt): void => {
    const socket = reference.deref();
    if (socket === undefined || !isUnderWay(socket) || attempts.current !== attempt) return;
    attempts.sinceMs ??= follower.readUpTo();
    follower.connecting(flowOfAttempt(socket, attempt.remote), attempts.sinceMs);
  };
  // Only once connect() was called has it an address; and while there are others to try, one that fails is no loss.
  const attempted = (attempt: ConnectAttempt): void => {
    named();
    if (attempt.isLast) process.nextTick(whenRead, () => begin(attempt));
  };
  const settle = (): void => {
    const socket = reference.deref();
    if (socket !== undefined) follower.connected(flowOfSocket(socket), attempts.sinceMs);
  };
  const connected = (): void => {
    named();
    clearTimeout(retry);
    whenRead(settle);
  };
  const { closed } = follower;
  const socket = reference.deref();
  socket?.once('close', closed);
  named();
  // Of a TLS client that wraps another socket, or speaks to a proxy's peer, the name is known when it has greeted it.
  if (socket !== undefined && 'encrypted' in socket) socket.once('secureConnect', named);
  if (socket?.pending) {
    socket.once('connect', connected);
    attempts.onAttempt = attempted;
    if (attempts.current !== null) attempted(attempts.current);
  }
  return () => {
    clearTimeout(retry);
    attempts.stop();
    attempts.onAttempt = () => {};
    reference.deref()?.off('connect', connected).off('close', closed).off('secureConnect', named);
  };
}

function isUnderWay(socket: Socket): boolean {
  return socket.connecting && !socket.destroyed;
}

/**
 * A socket without an 'error' listener would take the process down with the error. Its 'close' event comes all the
 * same, and `socket.errored` holds the error.
 */
export function destroySocket(socket: Socket, error: UnroutableError): void {
  if (socket.listenerCount('error') === 0) socket.on('error', () => {});
  socket.destroy(error);
}
