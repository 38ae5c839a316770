import { throwLater } from '../core/throw-later.js';
import { ConnectionKeeper, causeOf, FAILED } from './connection-keeper.js';
import { getRoamkit } from './get-roamkit.js';
import { isLocalHost } from './local-host.js';
import { pageNetwork } from './page-network.js';
import {
  type CheckedOptions,
  checkedOptions,
  type Fresh,
  type ReconnectingCause,
  type RoamingWebSocketEventMap,
  type RoamingWebSocketOptions,
  type UndeliveredDetail,
} from './roaming-web-socket-options.js';
import { SendQueue, type WebSocketData } from './send-queue.js';
import { typedEventTarget } from './typed-event-target.js';
import type { ConnectionEnd } from './watched-web-socket.js';
import { checkClose, subprotocols, webSocketUrl } from './web-socket-arguments.js';

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;
const { CONNECTING, OPEN, CLOSING, CLOSED } = STATES;

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
export class RoamingWebSocket
  extends typedEventTarget<RoamingWebSocketEventMap>()
  implements Omit<WebSocket, 'addEventListener' | 'removeEventListener'>
{
  declare static readonly CONNECTING: typeof CONNECTING;
  declare static readonly OPEN: typeof OPEN;
  declare static readonly CLOSING: typeof CLOSING;
  declare static readonly CLOSED: typeof CLOSED;
  declare readonly CONNECTING: typeof CONNECTING;
  declare readonly OPEN: typeof OPEN;
  declare readonly CLOSING: typeof CLOSING;
  declare readonly CLOSED: typeof CLOSED;
  /** Called before the listeners, as are the other three. */
  onopen: ((this: WebSocket, event: Event) => unknown) | null = null;
  onmessage: ((this: WebSocket, event: MessageEvent) => unknown) | null = null;
  onerror: ((this: WebSocket, event: Event) => unknown) | null = null;
  onclose: ((this: WebSocket, event: CloseEvent) => unknown) | null = null;

  readonly #target: Fresh<string | URL>;
  readonly #protocols: Fresh<string | readonly string[]>;
  readonly #options: CheckedOptions;
  readonly #queue: SendQueue;
  readonly #keeper: ConnectionKeeper;
  #url: URL | null = null;
  /** The connection in use, or else the one that was. */
  #latest: WebSocket | null = null;
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
    this.#options = checkedOptions(options);
    this.#queue = new SendQueue(this.#options.maxQueuedBytes, this.#options.maxQueuedMessages);
    const { client = getRoamkit(), random = Math.random } = options;
    const network = pageNetwork(client, random, () => this.#isLocal());
    this.#keeper = new ConnectionKeeper(client, network, this.#options, {
      target: async () => {
        this.#url = webSocketUrl(await fresh(this.#target));
        return { url: this.#url, protocols: subprotocols(await fresh(this.#protocols)) };
      },
      replacing: () => this.#tellReconnecting('rerouted'),
      opened: (native) => this.#opened(native),
      received: ({ data, origin }) => this.#dispatch(new MessageEvent('message', { data, origin })),
      kept: () => this.#tellReconnected(),
      ended: (end) => this.#ended(end),
    });
    // Not before it is known whether there is a path; without a bridge that is at once.
    void client.ready.then(() => {
      if (this.#ending === OPEN) this.#keeper.start();
    });
  }

  /** The URL of the latest connection, or of the one under way; empty until a function has given one. */
  get url(): string {
    return this.#url?.href ?? '';
  }

  /** The subprotocol that the server chose, of the latest connection. */
  get protocol(): string {
    return this.#latest?.protocol ?? '';
  }

  /** The extensions that the server chose, of the latest connection. */
  get extensions(): string {
    return this.#latest?.extensions ?? '';
  }

  /** Bytes that `send()` took and that have not left the page: in the queue, and in the connection. */
  get bufferedAmount(): number {
    return this.#queue.bytes + (this.#latest?.bufferedAmount ?? 0);
  }

  /** `CONNECTING` (0) also while a lost connection is made anew; `CLOSED` (3) once there will be no other. */
  get readyState(): 0 | 1 | 2 | 3 {
    return this.#ending === OPEN && this.#keeper.live === null ? CONNECTING : this.#ending;
  }

  /** How binary messages arrive: `blob` (the default) or `arraybuffer`. */
  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    // By Web IDL a value that an enumeration does not have is ignored.
    if (type !== 'blob' && type !== 'arraybuffer') return;
    this.#binaryType = type;
    if (this.#latest !== null) this.#latest.binaryType = type;
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
    this.#keeper.close();
    const { live } = this.#keeper;
    if (live === null) setTimeout(() => this.#finish(FAILED));
    else if (code === undefined) live.close();
    else live.close(code, reason);
  }

  /** Takes a message, or says why not. */
  #refusal(data: WebSocketData): UndeliveredDetail['reason'] | null {
    if (this.#ending !== OPEN) return 'closed';
    const { live } = this.#keeper;
    // The peer may have begun to close it.
    if (live?.readyState === OPEN) {
      live.send(data as string);
      return null;
    }
    if (this.#options.whileDown === 'refuse') return 'down';
    return this.#queue.add(data) ? null : 'full';
  }

  #isLocal(): boolean {
    const { needsDefaultPath = this.#url === null || !isLocalHost(this.#url.hostname) } = this.#options;
    return !needsDefaultPath;
  }

  #opened(native: WebSocket): void {
    this.#latest = native;
    native.binaryType = this.#binaryType;
    this.#dispatch(new Event('open'));
    // A listener may have closed it.
    if (this.readyState === OPEN) for (const data of this.#queue.take()) native.send(data);
    this.#tellReconnected();
  }

  #ended(end: ConnectionEnd): void {
    const { maxRetries, shouldReconnect } = this.#options;
    const event = new CloseEvent('close', end);
    let isRetried = this.#ending === OPEN && maxRetries > 0 && this.#keeper.failures <= maxRetries;
    throwLater(() => {
      isRetried &&= shouldReconnect?.(event) !== false;
    });
    if (!isRetried) {
      this.#finish(end);
      return;
    }
    this.#tellClose(event);
    if (this.#ending === OPEN) this.#tellReconnecting(causeOf(end));
  }

  /** There will be no other connection. */
  #finish(end: ConnectionEnd): void {
    if (this.#ending === CLOSED) return;
    this.#ending = CLOSED;
    this.#keeper.close();
    this.#tellClose(new CloseEvent('close', end));
    for (const data of this.#queue.take()) {
      this.#tell<UndeliveredDetail>('undelivered', { data, reason: 'closed' });
    }
  }

  #tellClose(event: CloseEvent): void {
    if (!event.wasClean) this.#dispatch(new Event('error'));
    this.#dispatch(event);
  }

  #tellReconnecting(cause: ReconnectingCause): void {
    if (this.#cause !== null) return;
    this.#cause = cause;
    this.#tell('reconnecting', { cause });
  }

  #tellReconnected(): void {
    const cause = this.#cause;
    this.#cause = null;
    if (cause !== null) this.#tell('reconnected', { cause });
  }

  #tell<T>(type: string, detail: T): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #dispatch(event: Event): void {
    const handler: unknown = Reflect.get(this, `on${event.type}`);
    if (typeof handler === 'function') throwLater(() => handler.call(this, event));
    this.dispatchEvent(event);
  }

  static {
    Object.assign(RoamingWebSocket, STATES);
    Object.assign(RoamingWebSocket.prototype, STATES);
  }
}

async function fresh<T>(value: Fresh<T>): Promise<T> {
  return typeof value === 'function' ? (value as () => T | Promise<T>)() : value;
}
