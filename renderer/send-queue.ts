import { utf8Bytes } from './web-socket-arguments.js';

/** What `send()` of a WebSocket takes. */
export type WebSocketData = string | ArrayBufferLike | Blob | ArrayBufferView;

/** Messages that wait for a connection, at most so many and so large in all. */
export class SendQueue {
  #messages: WebSocketData[] = [];
  #bytes = 0;

  constructor(
    readonly mostBytes: number,
    readonly mostMessages: number,
  ) {}

  /** The size of all messages, in bytes as they are sent. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `false`: there is no room for it. */
  add(data: WebSocketData): boolean {
    const bytes = this.#bytes + bytesOf(data);
    if (bytes > this.mostBytes || this.#messages.length >= this.mostMessages) return false;
    this.#bytes = bytes;
    this.#messages.push(copyOf(data));
    return true;
  }

  /** Empties it; the messages in the order they came. */
  take(): readonly WebSocketData[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    return messages;
  }
}

function bytesOf(data: WebSocketData): number {
  if (typeof data === 'string') return utf8Bytes(data);
  return 'size' in data ? data.size : data.byteLength;
}

// What a message is when it is sent counts: its owner may use the buffer again.
function copyOf(data: WebSocketData): WebSocketData {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return typeof data === 'string' || 'size' in data ? data : data.slice(0);
}
