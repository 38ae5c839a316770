import { invalidArgument } from '../core/errors.js';
import type { ReconnectTiming } from '../core/reconnect/reconnector-options.js';
import type { RoamkitClient } from './roamkit-client.js';
import type { WebSocketData } from './send-queue.js';

/** A value, or what gives it anew for each connection: a URL with a token that is fresh, say. */
export type Fresh<T> = T | (() => T | Promise<T>);

/** How a {@link RoamingWebSocket} keeps its connection. */
export interface RoamingWebSocketOptions extends Omit<ReconnectTiming, 'signal'> {
  /**
   * What `send()` does while there is no connection. `queue`: keeps the message for the next one. `refuse`: does not take
   * it. Default `queue`.
   */
  readonly whileDown?: 'queue' | 'refuse';
  /** The queue's size in bytes; what goes beyond is refused. Default 1048576 (1 MiB). */
  readonly maxQueuedBytes?: number;
  /** How many messages the queue holds; what goes beyond is refused. Default 1000. */
  readonly maxQueuedMessages?: number;
  /**
   * How long a connection that was replaced stays open for messages on their way to it, in milliseconds. What the server sends
   * to all its connections in this time arrives over both. Default 1000.
   */
  readonly overlapMs?: number;
  /**
   * How many failures in a row (attempts that failed, and connections that the peer ended) are followed by another
   * attempt; a new generation of the network starts the count over. 0: a connection that ended is never made anew, nor is a
   * living one replaced, as with a plain WebSocket. Default `Infinity`.
   */
  readonly maxRetries?: number;
  /** Asked with each `close` event before it is dispatched; `false` makes it the last one. Default: always `true`. */
  readonly shouldReconnect?: (event: CloseEvent) => boolean;
  /**
   * Whether attempts wait for a default path, the way to the internet, and with `reconnectWhen: 'online'` for one that is open. Default: unless the URL's host is this machine or of
   * a local network, by its address or name; a URL that a function gives is known from the first attempt on.
   */
  readonly needsDefaultPath?: boolean;
  /** The name of the connection in the main process's events; at most 128 characters. Default: the peer's host and port. */
  readonly label?: string;
  /** The page's client. Default `getRoamkit()`. */
  readonly client?: RoamkitClient;
  /** What connections are made of. Default: the page's own WebSocket. */
  readonly WebSocket?: typeof WebSocket;
}

/** Why another connection is made: the network took the path, or the peer ended it, or there is a better path now. */
export type ReconnectingCause = 'network' | 'peer' | 'rerouted';

/** `detail` of the events `reconnecting` and `reconnected`. */
export interface ReconnectingDetail {
  readonly cause: ReconnectingCause;
}

/** `detail` of the event `undelivered`. */
export interface UndeliveredDetail {
  /** As it was given to `send()`; a binary message that was in the queue as a `Blob`. */
  readonly data: WebSocketData;
  /** `down`: there is no connection. `full`: nor room in the queue. `closed`: it was closed, with this in the queue or before. */
  readonly reason: 'down' | 'full' | 'closed';
}

/** Events of a {@link RoamingWebSocket}: those of a WebSocket, and three of its own. */
export interface RoamingWebSocketEventMap extends WebSocketEventMap {
  /** A connection was lost, or one over another path is to replace it; once until there is one. */
  reconnecting: CustomEvent<ReconnectingDetail>;
  /** There is a connection again. After `open`. */
  reconnected: CustomEvent<ReconnectingDetail>;
  /** A message was refused by `send()`, or dropped from the queue. */
  undelivered: CustomEvent<UndeliveredDetail>;
}

/** The options, with those filled in that the page's own code looks at. */
export interface CheckedOptions extends RoamingWebSocketOptions {
  readonly maxQueuedBytes: number;
  readonly maxQueuedMessages: number;
  readonly maxRetries: number;
  readonly overlapMs: number;
}

// What a page may hold without anybody noticing; a chat's worth of messages, not a file.
const QUEUED_BYTES = 2 ** 20;
const QUEUED_MESSAGES = 1000;

// What was sent before the change is there within a round trip, and satellite links take most of a second for it.
const OVERLAP_MS = 1000;

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the option, on one that cannot be used. */
export function checkedOptions(options: RoamingWebSocketOptions): CheckedOptions {
  const {
    whileDown = 'queue',
    maxQueuedBytes = QUEUED_BYTES,
    maxQueuedMessages = QUEUED_MESSAGES,
    maxRetries = Number.POSITIVE_INFINITY,
    overlapMs = OVERLAP_MS,
    spreadMs = 0,
    attemptTimeoutMs = 0,
  } = options;
  if (whileDown !== 'queue' && whileDown !== 'refuse') {
    throw invalidArgument('whileDown', `must be 'queue' or 'refuse', not ${whileDown}`);
  }
  checkAmounts({ maxQueuedBytes, maxQueuedMessages, maxRetries, overlapMs, spreadMs, attemptTimeoutMs });
  checkAmounts(options.retry ?? {}, 'retry.');
  return { ...options, maxQueuedBytes, maxQueuedMessages, maxRetries, overlapMs };
}

/** Numbers from 0 on, and lists of at least one of them. */
function checkAmounts(amounts: object, prefix = ''): void {
  for (const [name, value] of Object.entries(amounts)) {
    const list = [value].flat();
    if (list.length === 0 || !list.every((amount) => typeof amount === 'number' && amount >= 0)) {
      throw invalidArgument(prefix + name, `must be from 0 on, not ${value}`);
    }
  }
}
