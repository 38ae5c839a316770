import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { invalidArgument, type UnroutableError } from '../../../core/errors.js';
import type { Flow } from '../../../core/verdict-types.js';
import { type LifeSigns, socketLifeSigns, untoldLifeSigns } from '../liveness/life-signs.js';
import { closeDatagramSocket } from './close-datagram-socket.js';
import type { ConnectAttempts } from './connect-attempts.js';
import {
  type FlowDescriptor,
  flowOfDatagramSocket,
  flowOfDescriptor,
  flowOfSocket,
} from './flow-of-socket.js';
import { destroySocket, followSocket, type SocketFollower } from './follow-socket.js';
import { isSpare, setUserTimeout } from './socket-handle.js';

/** What is behind a connection, whatever it is. */
export interface TrackedTarget {
  /** Its flow, where it has one; `pending`: it comes when the socket connects. */
  readonly flow: Flow | 'pending' | null;
  /** As `FlowDescriptor.openedAfterMs`; `null` where its past is known. */
  readonly openedAfterMs: number | null;
  /** Tells what becomes of it, until the function that this gives is called. */
  follow(follower: SocketFollower): () => void;
  close(error: UnroutableError): void;
  /** Sets TCP_USER_TIMEOUT, where it has one. */
  setUserTimeout(timeoutMs: number): void;
  /** What tells that its peer lives. */
  lifeSigns(): LifeSigns;
  /** Whether it waits in a pool; see `SpareSockets`. */
  isSpare(): boolean;
}

/**
 * A TCP or TLS socket, also one whose connect() is still to come; `attempts`: where they are followed already. The target
 * does not hold the socket.
 */
export function tcpTarget(socket: Socket, attempts?: ConnectAttempts): TrackedTarget {
  if (socket.destroyed) throw invalidArgument('target', 'is a socket that is closed already');
  return tcpTargetOf(new WeakRef(socket), socket.pending ? 'pending' : flowOfSocket(socket), attempts);
}

function tcpTargetOf(
  reference: WeakRef<Socket>,
  flow: TrackedTarget['flow'],
  attempts?: ConnectAttempts,
): TrackedTarget {
  return {
    flow,
    openedAfterMs: null,
    follow: (follower) => followSocket(reference, follower, attempts),
    close(error) {
      const socket = reference.deref();
      if (socket !== undefined) destroySocket(socket, error);
    },
    setUserTimeout(timeoutMs) {
      const socket = reference.deref();
      if (socket !== undefined) setUserTimeout(socket, timeoutMs);
    },
    lifeSigns() {
      const socket = reference.deref();
      return socket === undefined ? untoldLifeSigns : socketLifeSigns(socket);
    },
    isSpare() {
      const socket = reference.deref();
      return socket !== undefined && isSpare(socket);
    },
  };
}

/** A connected UDP socket. */
export function udpTarget(socket: DatagramSocket): TrackedTarget {
  const flow = flowOfDatagramSocket(socket);
  return {
    flow,
    openedAfterMs: null,
    follow({ closed }) {
      socket.once('close', closed);
      return () => socket.off('close', closed);
    },
    close: (error) => closeDatagramSocket(socket, flow, error),
    setUserTimeout: () => {},
    lifeSigns: () => untoldLifeSigns,
    isSpare: () => false,
  };
}

/** What is no socket of Node's. */
export function descriptorTarget(descriptor: FlowDescriptor): TrackedTarget {
  return {
    flow: flowOfDescriptor(descriptor),
    openedAfterMs: descriptor.openedAfterMs ?? null,
    follow: () => () => {},
    close: (error) => descriptor.close?.(error),
    setUserTimeout: () => {},
    lifeSigns: () => untoldLifeSigns,
    isSpare: () => false,
  };
}
