import type { PageReconnectSignal } from '../ipc/messages.js';
import { PathWatch } from './path-watch.js';
import type { RoamkitClient, TrackOptions } from './roamkit-client.js';

/** How a connection ended. */
export interface ConnectionEnd extends CloseEventInit {
  /** The network took its path away. */
  readonly byNetwork?: boolean;
}

/** What a {@link WatchedWebSocket} tells its owner. */
export interface WatchedWebSocketOwner {
  opened(): void;
  received(event: MessageEvent): void;
  /** Once, also of one that never opened. */
  ended(end: ConnectionEnd): void;
}

/** One native WebSocket, and the main process's watch over its path. */
export class WatchedWebSocket {
  readonly #watch: PathWatch;
  #isReleased = false;

  /** `generation` is the one that the connection begins in. */
  constructor(
    readonly native: WebSocket,
    client: RoamkitClient,
    readonly generation: number,
    options: TrackOptions,
    owner: WatchedWebSocketOwner,
  ) {
    native.addEventListener('open', () => owner.opened());
    native.addEventListener('message', (event) => {
      if (!this.#isReleased) owner.received(event);
    });
    // `error` says nothing that the `close` after it does not.
    native.addEventListener('error', () => {});
    native.addEventListener('close', ({ code, reason, wasClean }) => {
      if (this.#release()) owner.ended({ code, reason, wasClean });
    });
    this.#watch = new PathWatch(client, native.url, options, ({ reason }) => {
      // Nobody answers the closing handshake; its `close` event comes when the browser has lost patience.
      if (this.retire()) owner.ended({ code: 1006, reason, byNetwork: true });
    });
  }

  /** Whether a signal concerns it: its path is another than the one it began with, or nobody knows. */
  isAffected(signal: PageReconnectSignal): boolean {
    return this.#watch.isAffected(signal, this.generation);
  }

  /** Ends it without a word to its owner; whether it had not ended before. */
  retire(): boolean {
    this.native.close();
    return this.#release();
  }

  #release(): boolean {
    const wasReleased = this.#isReleased;
    this.#isReleased = true;
    this.#watch.end();
    return !wasReleased;
  }
}
