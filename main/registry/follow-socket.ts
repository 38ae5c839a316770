import type { Socket } from 'node:net';
import type { UnroutableError } from '../../core/errors.js';
import { hostsOfSocket } from './host-of-socket.js';

/** What {@link followSocket} tells. */
export interface SocketFollower {
  /** The time up to which the network's news was read; see `NetworkMonitor.readUpTo`. */
  readonly readUpTo: () => number | null;
  /** It has connected; `connectingSinceMs`: see `BackendFlow`. */
  readonly connected: (connectingSinceMs: number | null) => void;
  /** What is known of the host that the application asked for may have grown. */
  readonly named: (hosts: readonly string[]) => void;
  readonly closed: () => void;
}

/** Follows a socket, from before its connect() where that is still to come, until it closes. */
export function followSocket(socket: Socket, follower: SocketFollower): { start(): void; stop(): void } {
  // What the network lost before an attempt began says nothing about it: a name may take long to resolve.
  let connectingSinceMs = socket.connecting ? follower.readUpTo() : null;
  const attempted = (): void => {
    connectingSinceMs = follower.readUpTo();
  };
  const lookedUp = (_error: unknown, _address: unknown, _family: unknown, host: unknown): void => {
    attempted();
    if (typeof host === 'string') follower.named([host]);
  };
  const greeted = (): void => follower.named(hostsOfSocket(socket));
  const connected = (): void => follower.connected(connectingSinceMs);
  const { closed } = follower;
  return {
    start() {
      socket.once('close', closed);
      follower.named(hostsOfSocket(socket));
      // Of a TLS client that wraps another socket, or speaks to a proxy's peer, the name is known when it has greeted it.
      if ('encrypted' in socket) socket.once('secureConnect', greeted);
      // Also one whose connect() is still to come.
      if (socket.pending) {
        socket.on('lookup', lookedUp).on('connectionAttempt', attempted).once('connect', connected);
      }
    },
    stop() {
      socket.off('lookup', lookedUp).off('connectionAttempt', attempted);
      socket.off('connect', connected).off('close', closed).off('secureConnect', greeted);
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
