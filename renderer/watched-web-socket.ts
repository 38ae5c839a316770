import type { PageReconnectSignal } from '../ipc/messages.js';
import type { PageConnection, RoamkitClient } from './roamkit-client.js';

/** How a connection ended. */
export interface ConnectionEnd extends CloseEventInit {
  /** The network took its path away. */
  readonly byNetwork: boolean;
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
  readonly native: WebSocket;
  readonly #client: RoamkitClient;
  readonly #label: { readonly label?: string };
  readonly #generation: number;
  readonly #stopListening: () => void;
  #watch: PageConnection | null = null;
  #isReleased = false;

  /** `generation` is the one that the connection begins in. */
  constructor(
    native: WebSocket,
    client: RoamkitClient,
    generation: number,
    label: { readonly label?: string },
    owner: WatchedWebSocketOwner,
  ) {
    this.native = native;
    this.#client = client;
    this.#generation = generation;
    this.#label = label;
    native.addEventListener('open', () => owner.opened());
    native.addEventListener('message', (event) => owner.received(event));
    // `error` says nothing that the `close` after it does not.
    native.addEventListener('error', () => {});
    native.addEventListener('close', ({ code, reason, wasClean }) => {
      if (this.#release()) owner.ended({ code, reason, wasClean, byNetwork: false });
    });
    this.#stopListening = client.on('invalidated', (event) => {
      if (event.owner !== 'page' || event.id !== this.#watch?.id || !this.#release()) return;
      // Nobody answers the closing handshake; its `close` event comes when the browser has lost patience.
      native.close();
      owner.ended({ code: 1006, reason: event.reason, wasClean: false, byNetwork: true });
    });
    void this.watch();
  }

  /** Has it watched; again, where nobody was there to do so the first time. */
  async watch(): Promise<void> {
    const { url } = this.native;
    // Refused or unwatched: then it is a connection like any other, and every signal concerns it.
    const watch = await this.#client.track(url, this.#label).catch(() => null);
    if (this.#isReleased) watch?.untrack();
    else this.#watch = watch;
  }

  /** Whether a signal concerns it: its path is another than the one it began with, or nobody knows. */
  isAffected({ affected }: PageReconnectSignal): boolean {
    const watch = this.#watch;
    // Watched from another generation on: then it may be another path that is watched.
    if (affected === undefined || watch === null || watch.generation !== this.#generation) return true;
    return affected.includes(watch.id);
  }

  /** Ends it without a word to its owner. */
  retire(): void {
    this.#release();
    this.native.close();
  }

  #release(): boolean {
    if (this.#isReleased) return false;
    this.#isReleased = true;
    this.#stopListening();
    this.#watch?.untrack();
    return true;
  }
}
