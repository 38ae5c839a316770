import { systemClock } from '../core/reconnect/clock.js';
import type { LossCause, ReconnectAttempt } from '../core/reconnect/reconnect-attempt.js';
import { ReconnectLoop } from '../core/reconnect/reconnect-loop.js';
import type { ReconnectSource } from '../core/reconnect/reconnect-source.js';
import type { ReconnectSignal } from '../core/reconnect/signal.js';
import { nativeWebSocket } from './native-web-socket.js';
import type { CheckedOptions } from './roaming-web-socket-options.js';
import type { RoamkitClient } from './roamkit-client.js';
import { type ConnectionEnd, WatchedWebSocket } from './watched-web-socket.js';

/** What a {@link ConnectionKeeper} asks and tells its owner. */
export interface KeeperOwner {
  /** Where to connect to this time. */
  target(): Promise<{ readonly url: URL; readonly protocols: string[] }>;
  /** The connection in use is to be replaced by one over a better path. */
  replacing(): void;
  /** Here is the connection in use. */
  opened(native: WebSocket): void;
  received(event: MessageEvent): void;
  /** The connection in use suits the network: none is to replace it, or no longer. */
  kept(): void;
  /** There is no connection: the one in use ended, or an attempt to make one failed. */
  ended(end: ConnectionEnd): void;
}

/** How an attempt ends that has nothing to say of it, as in the standard. */
export const FAILED: ConnectionEnd = { code: 1006 };

export const causeOf = ({ byNetwork }: ConnectionEnd): LossCause => (byNetwork ? 'network' : 'peer');

/** Keeps one WebSocket connection: makes it, makes it anew, and hands over to a better one before it closes the old. */
export class ConnectionKeeper {
  readonly #client: RoamkitClient;
  readonly #options: CheckedOptions;
  readonly #owner: KeeperOwner;
  readonly #loop: ReconnectLoop;
  #live: WatchedWebSocket | null = null;
  /** Connections that were replaced and may still have messages on their way. */
  readonly #replaced = new Set<WatchedWebSocket>();

  constructor(client: RoamkitClient, network: ReconnectSource, options: CheckedOptions, owner: KeeperOwner) {
    this.#client = client;
    this.#options = options;
    this.#owner = owner;
    this.#loop = new ReconnectLoop({
      ...options,
      network,
      attempt: (attempt) => void this.#connect(attempt),
      isAffected: (signal) => this.#isAffected(signal),
    });
  }

  /** The connection in use. */
  get live(): WebSocket | null {
    return this.#live?.native ?? null;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#loop.failures;
  }

  start(): void {
    this.#loop.start();
  }

  /** No attempt any more, and no connection but the one in use, whose end is still told. */
  close(): void {
    this.#loop.close();
    for (const previous of this.#replaced) previous.retire();
  }

  #isAffected(signal: ReconnectSignal): boolean {
    if (this.#options.maxRetries > 0 && this.#live?.isAffected(signal) !== false) return true;
    // Another change may have begun to replace it, and this one took that back.
    this.#owner.kept();
    return false;
  }

  async #connect(attempt: ReconnectAttempt): Promise<void> {
    const { signal } = attempt;
    if (this.#live !== null) this.#owner.replacing();
    let connection: WatchedWebSocket | null = null;
    signal.addEventListener('abort', () => {
      connection?.retire();
      // What failed because it had become pointless is no failure; the next attempt is planned already.
      if (signal.reason.name === 'TimeoutError') this.#failed(attempt, FAILED);
    });
    try {
      const { url, protocols } = await this.#owner.target();
      if (!signal.aborted) connection = this.#open(attempt, url, protocols);
    } catch (error) {
      console.warn('roamkit: nothing to connect a WebSocket with:', error);
      if (!signal.aborted) this.#failed(attempt, FAILED);
    }
  }

  #open(attempt: ReconnectAttempt, url: URL, protocols: string[]): WatchedWebSocket {
    const { WebSocket: Native = nativeWebSocket(), label } = this.#options;
    const connection = new WatchedWebSocket(
      new Native(url.href, protocols),
      this.#client,
      attempt.generation,
      label === undefined ? {} : { label },
      {
        opened: () => {
          if (attempt.succeeded()) this.#handOver(connection);
          else connection.retire();
        },
        received: (event) => this.#owner.received(event),
        ended: (end) => {
          if (connection === this.#live) this.#lost(attempt, end);
          else if (!this.#replaced.delete(connection)) this.#failed(attempt, end);
        },
      },
    );
    return connection;
  }

  #handOver(connection: WatchedWebSocket): void {
    const previous = this.#live;
    this.#live = connection;
    if (previous !== null) this.#replaced.add(previous);
    this.#owner.opened(connection.native);
    if (previous === null) return;
    // Not at once: a WebSocket delivers nothing any more once it is closing.
    (this.#options.clock ?? systemClock).after(this.#options.overlapMs, () => {
      this.#replaced.delete(previous);
      previous.retire();
    });
  }

  #failed(attempt: ReconnectAttempt, end: ConnectionEnd): void {
    attempt.failed({ by: causeOf(end) });
    // A connection that was to be replaced is as good as before.
    if (this.#live === null) this.#owner.ended(end);
  }

  #lost(attempt: ReconnectAttempt, end: ConnectionEnd): void {
    this.#live = null;
    attempt.lost(causeOf(end));
    this.#owner.ended(end);
  }
}
