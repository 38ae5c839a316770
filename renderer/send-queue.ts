/** What `send()` of a WebSocket takes. */
export type WebSocketData = string | ArrayBufferLike | Blob | ArrayBufferView;

/** Messages that wait for a connection, at most so many and so large in all. */
export class SendQueue {
  #messages: (string | Blob)[] = [];
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
    // A copy, since what a message is now counts and its owner may use the buffer again; and it knows its size.
    const blob = new Blob([data as BlobPart]);
    const bytes = this.#bytes + blob.size;
    if (bytes > this.mostBytes || this.#messages.length >= this.mostMessages) return false;
    this.#bytes = bytes;
    this.#messages.push(typeof data === 'string' ? data : blob);
    return true;
  }

  /** Empties it; the messages in the order they came, binary ones as blobs. */
  take(): readonly (string | Blob)[] {
    this.#bytes = 0;
    return this.#messages.splice(0);
  }
}
