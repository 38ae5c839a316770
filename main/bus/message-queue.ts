/** A message that waits for its delivery. */
export interface QueuedMessage {
  /** Rises with each message. */
  readonly seq: number;
  readonly messageClass: string;
  readonly message: unknown;
  /** When there is no room for all, the latest message of a class and key stands for the earlier ones. */
  readonly key: string;
  /** Its key is one of few, so that it always finds room. */
  readonly isOwn: boolean;
}

/**
 * First in, first out; bounded. With `capacity` messages in it, it keeps the latest of each class and key only. Where
 * these alone are too many, those with yet another key share one place for each class. So nothing of roamkit's own is
 * ever lost, and what waits is at most `capacity`, its own few keys, and one for each class.
 */
export class MessageQueue {
  readonly #capacity: number;
  #messages: QueuedMessage[] = [];
  /** Once full: the latest of each place, in the order in which they came. */
  #latest: Map<string, QueuedMessage> | null = null;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(message: QueuedMessage): void {
    if (this.#latest === null && this.#messages.length < this.#capacity) {
      this.#messages.push(message);
      return;
    }
    this.#latest ??= this.#conflate();
    this.#put(this.#latest, message);
  }

  /** All that waits, which the queue is then without. */
  take(): readonly QueuedMessage[] {
    const taken = this.#latest === null ? this.#messages : [...this.#latest.values()];
    this.clear();
    return taken;
  }

  clear(): void {
    this.#messages = [];
    this.#latest = null;
  }

  #conflate(): Map<string, QueuedMessage> {
    const latest = new Map<string, QueuedMessage>();
    for (const message of this.#messages) this.#put(latest, message);
    this.#messages = [];
    return latest;
  }

  #put(latest: Map<string, QueuedMessage>, message: QueuedMessage): void {
    const own = place(message.messageClass, message.key);
    const hasRoom = message.isOwn || latest.has(own) || latest.size < this.#capacity;
    const taken = hasRoom ? own : place(message.messageClass, null);
    // It moves to the end: what came between it and the earlier one may have led to it.
    latest.delete(taken);
    latest.set(taken, message);
  }
}

function place(messageClass: string, key: string | null): string {
  return JSON.stringify([messageClass, key]);
}
