import type { Socket } from 'node:net';
import { throwLater } from '../../../core/throw-later.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import type { TrackOptions } from '../registry-options.js';
import { ConnectAttempts } from './connect-attempts.js';
import { flowOfSocket } from './flow-of-socket.js';
import { onOpenedSocket, type SocketSide } from './opened-sockets.js';
import { type SocketCandidate, socketFilter, type TrackAllOptions } from './track-all-options.js';

/** What {@link TrackAll} needs from around it. */
export interface TrackAllContext {
  readonly monitor: Pick<NetworkMonitor, 'isClosed' | 'readUpTo'>;
  readonly isTracked: (socket: Socket) => boolean;
  readonly track: (socket: Socket, options: TrackOptions, attempts?: ConnectAttempts) => void;
  readonly disposed: () => void;
}

/**
 * One call of `ConnectionRegistry.trackAll`: hands the registry each socket that passes its filter, as soon as its peer is known,
 * which is before connect() is called. Unix sockets and pipes have none.
 */
export class TrackAll implements Disposable {
  readonly #context: TrackAllContext;
  readonly #options: TrackAllOptions;
  readonly #passes: (candidate: SocketCandidate) => boolean;
  readonly #stop: () => void;
  // Sockets that are about to connect: they are told of more than once.
  readonly #awaited = new WeakSet<Socket>();
  #isDisposed = false;

  /** Throws `ERR_ROAMKIT_INVALID_ARGUMENT` on an option it cannot use, naming the field. */
  constructor(options: TrackAllOptions, context: TrackAllContext) {
    this.#context = context;
    this.#options = options;
    this.#passes = socketFilter(options);
    this.#stop = onOpenedSocket((socket, side) => this.#opened(socket, side));
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#stop();
    this.#context.disposed();
  }

  #opened(socket: Socket, side: SocketSide): void {
    if (this.#options.side !== undefined && this.#options.side !== side) return;
    if (side === 'client') this.#awaitPeer(socket);
    else this.#consider(socket, side, null);
  }

  // A socket is decided on at its first attempt; with several addresses, perhaps at a later one.
  #awaitPeer(socket: Socket): void {
    if (this.#awaited.has(socket) || this.#context.isTracked(socket)) return;
    this.#awaited.add(socket);
    const attempts = new ConnectAttempts(new WeakRef(socket), () => this.#context.monitor.readUpTo());
    const decided = (): void => {
      this.#awaited.delete(socket);
      socket.off('connect', connected).off('close', closed);
    };
    const consider = (): void => {
      if (this.#consider(socket, 'client', attempts)) decided();
    };
    // Where Node does not tell of attempts.
    const connected = (): void => {
      consider();
      closed();
    };
    const closed = (): void => {
      if (!this.#awaited.has(socket)) return;
      attempts.stop();
      decided();
    };
    attempts.onAttempt = consider;
    socket.on('connect', connected).on('close', closed);
  }

  /** Whether the registry has it now. */
  #consider(socket: Socket, side: SocketSide, attempts: ConnectAttempts | null): boolean {
    if (this.#isDisposed || this.#context.monitor.isClosed || socket.destroyed) return false;
    if (this.#context.isTracked(socket)) return false;
    const candidate = candidateOf(socket, side, attempts);
    let isTaken = false;
    // It runs in the application's call of connect(), or where it accepts: what goes wrong here must not go there.
    throwLater(() => {
      if (candidate === null || !this.#passes(candidate)) return;
      const { label, policy, beforeInvalidate, postponeMs } = this.#options;
      this.#context.track(
        socket,
        {
          ...(label === undefined ? {} : { label: typeof label === 'string' ? label : label(candidate) }),
          ...(policy === undefined ? {} : { policy }),
          ...(beforeInvalidate === undefined ? {} : { beforeInvalidate }),
          ...(postponeMs === undefined ? {} : { postponeMs }),
        },
        attempts ?? undefined,
      );
      isTaken = true;
    });
    return isTaken;
  }
}

function candidateOf(
  socket: Socket,
  side: SocketSide,
  attempts: ConnectAttempts | null,
): SocketCandidate | null {
  const attempt = attempts?.current ?? null;
  if (attempt !== null) {
    const { host, remote } = attempt;
    return { socket, side, host, remote, port: remote.port };
  }
  const flow = flowOfSocket(socket);
  if (flow === null) return null;
  const { remote, local } = flow;
  const port = side === 'client' ? remote.port : (local?.port ?? 0);
  return { socket, side, host: attempts?.host ?? remote.address, remote, port };
}
