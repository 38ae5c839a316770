import { systemClock } from '../core/reconnect/clock.js';
import type { LossCause, ReconnectAttempt } from '../core/reconnect/reconnect-attempt.js';
import { Reconnector } from '../core/reconnect/reconnector.js';
import type { ReconnectSignal } from '../core/reconnect/signal.js';
import { throwLater } from '../core/throw-later.js';
import { defineEventHandlers } from './event-handler-properties.js';
import { getRoamkit } from './get-roamkit.js';
import { isLocalHost } from './local-host.js';
import { nativeWebSocket } from './native-web-socket.js';
import { pageNetwork } from './page-network.js';
import {
  type CheckedOptions,
  checkRoamingOptions,
  type Fresh,
  type ReconnectingCause,
  type RoamingWebSocketEventMap,
  type RoamingWebSocketOptions,
  type UndeliveredDetail,
} from './roaming-web-socket-options.js';
import type { RoamkitClient } from './roamkit-client.js';
import { SendQueue, type WebSocketData } from './send-queue.js';
import { type ConnectionEnd, WatchedWebSocket } from './watched-web-socket.js';
import { checkClose, subprotocols, webSocketUrl } from './web-socket-arguments.js';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

const FAILED: ConnectionEnd = { code: 1006, reason: '', wasClean: false, byNetwork: false };

/**
 * A WebSocket that comes back. It is used like the page's own, by the WebSockets standard, and besides
 *
 * - reports `close` as soon as its path is dead (code 1006, `reason` the word for why, such as `link-down`), rather than after
 *   minutes;
 * - connects again: not while there is no path, at once when one appears, and else with growing delays. Each connection has its `open`
 *   and its `close`; `readyState` is `CONNECTING` while there is none, and `CLOSED` only once it is over;
 * - opens another connection over the path there is now when the old path is still good but no longer the best, hands over to
 *   it with `open`, and closes the old one a second later, when its last messages have arrived. There is no `close` for that.
 *
 * ```ts
 * const chat = new RoamingWebSocket(async () => `wss://chat.example.com/?token=${await freshToken()}`);
 * chat.onopen = () => chat.send('hello');
 * chat.onmessage = ({ data }) => show(data);
 * chat.addEventListener('reconnecting', () => showBanner());
 * ```
 *
 * Where there is no roamkit, in a plain browser, it reconnects all the same; of the network it knows what `navigator.onLine`
 * says.
 */
export class RoamingWebSocket extends EventTarget implements WebSocket {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  declare readonly CONNECTING: typeof CONNECTING;
  declare readonly OPEN: typeof OPEN;
  declare readonly CLOSING: typeof CLOSING;
  declare readonly CLOSED: typeof CLOSED;
  declare onopen: ((this: WebSocket, event: Event) => unknown) | null;
  declare onmessage: ((this: WebSocket, event: MessageEvent) => unknown) | null;
  declare onerror: ((this: WebSocket, event: Event) => unknown) | null;
  declare onclose: ((this: WebSocket, event: CloseEvent) => unknown) | null;

  readonly #target: Fresh<string | URL>;
  readonly #protocols: Fresh<string | readonly string[]>;
  readonly #options: RoamingWebSocketOptions;
  readonly #checked: CheckedOptions;
  readonly #client: RoamkitClient;
  readonly #queue: SendQueue;
  readonly #reconnector: Reconnector;
  readonly #stopListening: () => void;
  #url: URL | null = null;
  /** The connection in use. */
  #live: WatchedWebSocket | null = null;
  /** Connections that were replaced and may still have messages on their way. */
  readonly #replaced = new Set<WatchedWebSocket>();
  /** The one in use, or else the one that was. */
  #latest: WatchedWebSocket | null = null;
  #binaryType: BinaryType = 'blob';
  /** What `reconnecting` was told with, until there is a connection. */
  #cause: ReconnectingCause | null = null;
  /** `CLOSING` and `CLOSED` once it is to end; before that the connection tells. */
  #ending: typeof OPEN | typeof CLOSING | typeof CLOSED = OPEN;

  /**
   * @param url where to connect to: `ws:`, `wss:`, `http:` or `https:`, also relative to the page; or a function that gives it
   * for each connection. One that fails counts as a failed attempt.
   * @param protocols the subprotocols to ask for, or a function that gives them.
   * @throws DOMException `SyntaxError` on a URL or subprotocols that are none. RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an
   * option it cannot use, naming it.
   */
  constructor(
    url: Fresh<string | URL>,
    protocols: Fresh<string | readonly string[]> = [],
    options: RoamingWebSocketOptions = {},
  ) {
    super();
    if (typeof url !== 'function') this.#url = webSocketUrl(url);
    this.#target = this.#url?.href ?? url;
    this.#protocols = typeof protocols === 'function' ? protocols : subprotocols(protocols);
    this.#options = options;
    this.#checked = checkRoamingOptions(options);
    this.#queue = new SendQueue(this.#checked.maxQueuedBytes, this.#checked.maxQueuedMessages);
    this.#client = options.client ?? getRoamkit();
    this.#reconnector = new Reconnector({
      ...options,
      network: pageNetwork(this.#client, options.random ?? Math.random, () => this.#isLocal()),
      attempt: (attempt) => void this.#connect(attempt),
      isAffected: (signal) => this.#isAffected(signal),
    });
    this.#stopListening = this.#client.on('change', ({ previous, next }) => {
      // roamkit was started in the main process when the page was there already.
      if (previous.capabilities.backend === 'none' && next.capabilities.backend !== 'none') {
        void this.#live?.watch();
      }
    });
    // Not before it is known whether there is a path; without a bridge that is at once.
    void this.#client.ready.then(() => {
      if (this.#ending === OPEN) this.#reconnector.start();
    });
  }

  /** The URL of the latest connection, or of the one under way; empty until a function has given one. */
  get url(): string {
    return this.#url?.href ?? '';
  }

  /** The subprotocol that the server chose, of the latest connection. */
  get protocol(): string {
    return this.#latest?.native.protocol ?? '';
  }

  /** The extensions that the server chose, of the latest connection. */
  get extensions(): string {
    return this.#latest?.native.extensions ?? '';
  }

  /** Bytes that `send()` took and that have not left the page: in the queue, and in the connection. */
  get bufferedAmount(): number {
    return this.#queue.bytes + (this.#latest?.native.bufferedAmount ?? 0);
  }

  /** `CONNECTING` (0) also while a lost connection is made anew; `CLOSED` (3) once there will be no other. */
  get readyState(): 0 | 1 | 2 | 3 {
    if (this.#ending !== OPEN) return this.#ending;
    return this.#live === null ? CONNECTING : OPEN;
  }

  /** How binary messages arrive: `blob` (the default) or `arraybuffer`. */
  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    // By Web IDL a value that an enumeration does not have is ignored.
    if (type !== 'blob' && type !== 'arraybuffer') return;
    this.#binaryType = type;
    if (this.#latest !== null) this.#latest.native.binaryType = type;
  }

  /**
   * Sends a message, or keeps it until there is a connection.
   * @returns whether it was taken. Where not, and where a message in the queue is given up, an `undelivered` event says which.
   * Unlike a plain WebSocket it never throws for want of a connection. What was handed to a connection that died on
   * the way may be lost: only the peer's answer proves that it arrived.
   */
  send(data: WebSocketData): boolean {
    // By Web IDL all else is sent as text.
    const message = Object(data) === data ? data : String(data);
    const reason = this.#refusal(message);
    if (reason !== null) this.#tell<UndeliveredDetail>('undelivered', { data: message, reason });
    return reason === null;
  }

  /**
   * Closes it for good, with one more `close` event. What is in the queue is dropped.
   * @throws DOMException `InvalidAccessError` on a `code` other than 1000 and 3000 to 4999, `SyntaxError` on a `reason` of more
   * than 123 bytes.
   */
  close(code?: number, reason?: string): void {
    checkClose(code, reason);
    if (this.#ending !== OPEN) return;
    this.#ending = CLOSING;
    this.#release();
    if (this.#live === null) {
      setTimeout(() => this.#finish(FAILED));
    } else if (code === undefined) {
      this.#live.native.close();
    } else {
      this.#live.native.close(code, reason);
    }
  }

  override addEventListener<K extends keyof RoamingWebSocketEventMap>(
    type: K,
    listener: (this: RoamingWebSocket, event: RoamingWebSocketEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }

  override removeEventListener<K extends keyof RoamingWebSocketEventMap>(
    type: K,
    listener: (this: RoamingWebSocket, event: RoamingWebSocketEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener, options);
  }

  /** Takes a message, or says why not. */
  #refusal(data: WebSocketData): UndeliveredDetail['reason'] | null {
    if (this.#ending !== OPEN) return 'closed';
    const native = this.#live?.native;
    // The peer may have begun to close it.
    if (native?.readyState === OPEN) {
      native.send(data as string);
      return null;
    }
    if (!this.#checked.isQueued) return 'down';
    return this.#queue.add(data) ? null : 'full';
  }

  #isLocal(): boolean {
    const { needsDefaultPath } = this.#options;
    return needsDefaultPath === undefined
      ? this.#url !== null && isLocalHost(this.#url.hostname)
      : !needsDefaultPath;
  }

  #isAffected(signal: ReconnectSignal): boolean {
    if (this.#checked.maxRetries > 0 && this.#live?.isAffected(signal) !== false) return true;
    // Another change may have begun to replace it, and this one took that back: the one in use suits.
    this.#tellReconnected();
    return false;
  }

  async #connect(attempt: ReconnectAttempt): Promise<void> {
    if (this.#live !== null) this.#tellReconnecting('rerouted');
    let connection: WatchedWebSocket | null = null;
    attempt.signal.addEventListener('abort', () => {
      connection?.retire();
      // What failed because it had become pointless is no failure; the next attempt is planned already.
      if (attempt.signal.reason.name === 'TimeoutError') this.#failed(attempt, FAILED);
    });
    try {
      const url = webSocketUrl(await fresh(this.#target));
      const protocols = subprotocols(await fresh(this.#protocols));
      if (attempt.signal.aborted) return;
      this.#url = url;
      connection = this.#open(attempt, url, protocols);
    } catch (error) {
      console.warn('roamkit: a WebSocket has no URL or subprotocols to connect with:', error);
      if (!attempt.signal.aborted) this.#failed(attempt, FAILED);
    }
  }

  #open(attempt: ReconnectAttempt, url: URL, protocols: string[]): WatchedWebSocket {
    const Native = this.#options.WebSocket ?? nativeWebSocket();
    const { label } = this.#options;
    let isOurs = false;
    const connection = new WatchedWebSocket(
      new Native(url.href, protocols),
      this.#client,
      attempt.generation,
      label === undefined ? {} : { label },
      {
        opened: () => {
          isOurs = attempt.succeeded();
          if (isOurs) this.#handOver(connection);
          else connection.retire();
        },
        received: ({ data, origin }) => {
          if (isOurs) this.dispatchEvent(new MessageEvent('message', { data, origin }));
        },
        ended: (end) => {
          const wasOurs = isOurs;
          isOurs = false;
          if (!wasOurs) this.#failed(attempt, end);
          else if (connection === this.#live) this.#lost(attempt, end);
        },
      },
    );
    return connection;
  }

  #handOver(connection: WatchedWebSocket): void {
    const previous = this.#live;
    this.#live = connection;
    this.#latest = connection;
    connection.native.binaryType = this.#binaryType;
    this.dispatchEvent(new Event('open'));
    // A listener may have closed it.
    if (this.readyState === OPEN)
      for (const data of this.#queue.take()) connection.native.send(data as string);
    this.#tellReconnected();
    if (previous !== null) this.#retireLater(previous);
  }

  // Not at once: a WebSocket delivers nothing any more once it is closing.
  #retireLater(previous: WatchedWebSocket): void {
    if (this.#ending !== OPEN) {
      previous.retire();
      return;
    }
    this.#replaced.add(previous);
    (this.#options.clock ?? systemClock).after(this.#checked.overlapMs, () => {
      this.#replaced.delete(previous);
      previous.retire();
    });
  }

  #failed(attempt: ReconnectAttempt, end: ConnectionEnd): void {
    attempt.failed({ by: causeOf(end) });
    // A connection that was to be replaced is as good as before.
    if (this.#live === null) this.#down(end);
  }

  #lost(attempt: ReconnectAttempt, end: ConnectionEnd): void {
    this.#live = null;
    attempt.lost(causeOf(end));
    if (this.#ending === OPEN) this.#down(end);
    else this.#finish(end);
  }

  /** There is no connection. */
  #down(end: ConnectionEnd): void {
    const event = new CloseEvent('close', end);
    const { maxRetries } = this.#checked;
    let isRetried = maxRetries > 0 && this.#reconnector.failures <= maxRetries;
    throwLater(() => {
      isRetried &&= this.#options.shouldReconnect?.(event) !== false;
    });
    if (!isRetried) {
      this.#finish(end, event);
      return;
    }
    this.#tellClose(event);
    if (this.#ending === OPEN) this.#tellReconnecting(causeOf(end));
  }

  /** There will be no other connection. */
  #finish(end: ConnectionEnd, event = new CloseEvent('close', end)): void {
    if (this.#ending === CLOSED) return;
    this.#ending = CLOSED;
    this.#release();
    this.#stopListening();
    this.#tellClose(event);
    for (const data of this.#queue.take()) {
      this.#tell<UndeliveredDetail>('undelivered', { data, reason: 'closed' });
    }
  }

  /** No attempt any more, and no connection but the one in use. */
  #release(): void {
    this.#reconnector.close();
    for (const previous of this.#replaced) previous.retire();
  }

  #tellClose(event: CloseEvent): void {
    if (!event.wasClean) this.dispatchEvent(new Event('error'));
    this.dispatchEvent(event);
  }

  #tellReconnecting(cause: ReconnectingCause): void {
    const wasTold = this.#cause !== null;
    this.#cause ??= cause;
    if (!wasTold) this.#tell('reconnecting', { cause });
  }

  #tellReconnected(): void {
    const cause = this.#cause;
    this.#cause = null;
    if (cause !== null) this.#tell('reconnected', { cause });
  }

  #tell<T>(type: string, detail: T): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  static {
    for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
      Object.defineProperty(RoamingWebSocket.prototype, name, { value, enumerable: true });
    }
    defineEventHandlers(RoamingWebSocket.prototype, ['open', 'message', 'error', 'close']);
  }
}

function causeOf({ byNetwork }: ConnectionEnd): LossCause {
  return byNetwork ? 'network' : 'peer';
}

async function fresh<T>(value: Fresh<T>): Promise<T> {
  return typeof value === 'function' ? (value as () => T | Promise<T>)() : value;
}
