import type { Socket } from 'node:net';
import type { UnroutableError } from '../../core/errors.js';

/** What {@link followSocket} tells. */
export interface SocketFollower {
  /** The time up to which the network's news was read; see `NetworkMonitor.readUpTo`. */
  readonly readUpTo: () => number | null;
  /** It has connected; `connectingSinceMs`: see `BackendFlow`. */
  readonly connected: (connectingSinceMs: number | null) => void;
  readonly closed: () => void;
}

/** Follows a socket, from before its connect() where that is still to come, until it closes. */
export function followSocket(socket: Socket, follower: SocketFollower): { start(): void; stop(): void } {
  // What the network lost before an attempt began says nothing about it: a name may take long to resolve.
  let connectingSinceMs = socket.connecting ? follower.readUpTo() : null;
  const attempted = (): void => {
    connectingSinceMs = follower.readUpTo();
  };
  const connected = (): void => follower.connected(connectingSinceMs);
  const { closed } = follower;
  return {
    start() {
      socket.once('close', closed);
      // Also one whose connect() is still to come.
      if (socket.pending) {
        socket.on('lookup', attempted).on('connectionAttempt', attempted).once('connect', connected);
      }
    },
    stop() {
      socket.off('lookup', attempted).off('connectionAttempt', attempted);
      socket.off('connect', connected).off('close', closed);
    },
  };
}

/**
 * A socket without an 'error' listener would take the process down with the error. Its 'close' event comes all the
 * same, and `socket.errored` holds the error.
 */
export function destroySocket(socket: Socket, error: UnroutableError): void {
  if (socket.listenerCount('error') === 0) socket.on('error', () => {});
  socket.destroy(error);
}
