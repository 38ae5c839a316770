import type { Socket } from 'node:net';

/** What tells that a peer lives. */
export interface LifeSigns {
  /** Grows with what comes from the peer. */
  readonly received: () => number;
  /** Whether it would grow: what nobody reads is not counted, and its silence proves nothing. */
  readonly isReading: () => boolean;
}

/** The signs of a socket's peer, read without a listener, which would set the stream flowing. */
export function socketLifeSigns(socket: Socket): LifeSigns {
  return {
    received: () => socket.bytesRead,
    // A stream reads ahead until its buffer is full. One that its peer has ended never receives again.
    isReading: () =>
      !socket.isPaused() && !socket.readableEnded && socket.readableLength < socket.readableHighWaterMark,
  };
}

/** Of a peer about whom only the application knows: `Connection.proveAlive`. */
export const untoldLifeSigns: LifeSigns = { received: () => 0, isReading: () => true };
