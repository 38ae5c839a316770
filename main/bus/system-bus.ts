import { invalidArgument, RoamkitError } from '../../core/errors.js';
import { throwLater } from '../../core/throw-later.js';
import { BusChannels } from './bus-channels.js';
import { MessageQueue } from './message-queue.js';
import { type BusMessages, ownKind } from './messages.js';

/** How to make a {@link SystemBus}. */
export interface SystemBusOptions {
  /**
   * How many messages may wait for their delivery before only the latest of each key is kept. A whole number, 1 or
   * more; default 256.
   */
  readonly capacity?: number;
}

/** How to publish one message. */
export interface PublishOptions {
  /**
   * What the message is about. When more messages wait than the bus has room for, the latest of a class and key stands
   * for the earlier ones. Keep keys few: past the bus's capacity they share one place. Default: all messages of the class
   * are about the same. roamkit's own messages have keys of their own.
   */
  readonly key?: string;
}

/** A class of messages, by name. */
type ClassOf<Messages> = keyof Messages & string;

// More than one turn of the event loop brings in any sane application; small enough that a flood stays small.
const DEFAULT_CAPACITY = 256;

interface Subscription {
  readonly listener: (message: never) => void;
  /** The first message that it hears. */
  readonly from: number;
}

/**
 * A small message bus within the process, after libwebsockets' system message distribution. Messages have a class; they
 * are delivered in the order of their publication, in a later turn of the event loop, to all subscribers of their class,
 * the sender's own included.
 *
 * ```ts
 * interface Messages extends BusMessages {
 *   readonly chat: { readonly unread: number };
 * }
 * const bus = new SystemBus<Messages>();
 * const unsubscribe = bus.subscribe('chat', ({ unread }) => console.log(unread));
 * bus.publish('chat', { unread: 3 });
 * ```
 *
 * The bus is bounded: when its queue is full, the latest message of each key stands for the earlier ones, and none of
 * roamkit's own messages is ever lost. What nobody subscribes to is not even queued. Each message is mirrored on the
 * channel `roamkit:CLASS` of `node:diagnostics_channel`, as `{ class, message }`.
 *
 * Messages are shared by all who get them: do not change them.
 */
export class SystemBus<Messages extends BusMessages = BusMessages> {
  readonly #queue: MessageQueue;
  readonly #subscriptions = new Map<string, Set<Subscription>>();
  readonly #channels = new BusChannels();
  #nextSeq = 1;
  #isDeliveryDue = false;
  #isClosed = false;

  /** @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a capacity that is no whole number from 1 on. */
  constructor(options: SystemBusOptions = {}) {
    const { capacity = DEFAULT_CAPACITY } = options;
    if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
      throw invalidArgument('capacity', `must be a whole number, 1 or more, not ${String(capacity)}`);
    }
    this.#queue = new MessageQueue(capacity);
  }

  /**
   * Calls `listener` with each message of the class that is published from now on. What the listener throws surfaces as
   * an uncaught exception, as an event emitter's would, once the message has reached the others. Returns what ends the
   * subscription: no message comes after it.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a class or listener that is none, `ERR_ROAMKIT_CLOSED` once
   * the bus is closed.
   */
  subscribe<Class extends ClassOf<Messages>>(
    messageClass: Class,
    listener: (message: Messages[Class]) => void,
  ): () => void {
    checkClass(messageClass);
    if (typeof listener !== 'function') throw invalidArgument('listener', 'must be a function');
    if (this.#isClosed) throw new RoamkitError('ERR_ROAMKIT_CLOSED', 'this SystemBus is closed');
    const subscription: Subscription = { listener, from: this.#nextSeq };
    const ofClass = this.#subscriptions.get(messageClass) ?? new Set();
    this.#subscriptions.set(messageClass, ofClass.add(subscription));
    return () => {
      ofClass.delete(subscription);
      if (ofClass.size === 0 && this.#subscriptions.get(messageClass) === ofClass) {
        this.#subscriptions.delete(messageClass);
      }
    };
  }

  /**
   * Publishes a message: all subscribers of its class get it, soon. Does nothing once the bus is closed.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a class or key that is none.
   */
  publish<Class extends ClassOf<Messages>>(
    messageClass: Class,
    message: Messages[Class],
    options: PublishOptions = {},
  ): void {
    checkClass(messageClass);
    const { key = '' } = options;
    if (typeof key !== 'string') throw invalidArgument('key', `must be a string, not ${String(key)}`);
    if (this.#isClosed || !this.hasSubscribers(messageClass)) return;
    const kind = ownKind(messageClass, message);
    this.#queue.push({
      seq: this.#nextSeq++,
      messageClass,
      message,
      key: kind ?? `: ${key}`,
      isOwn: kind !== null,
    });
    if (this.#isDeliveryDue) return;
    this.#isDeliveryDue = true;
    setImmediate(() => this.#deliver());
  }

  /** Whether anybody gets what is published in this class: a subscriber, or one of its diagnostics channel. */
  hasSubscribers(messageClass: ClassOf<Messages>): boolean {
    return this.#subscriptions.has(messageClass) || this.#channels.hasSubscribers(messageClass);
  }

  /** Ends all subscriptions; messages that wait are not delivered any more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#subscriptions.clear();
    this.#queue.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  // What is published meanwhile comes in the next turn: an answer to each message must not keep the event loop.
  #deliver(): void {
    this.#isDeliveryDue = false;
    for (const { seq, messageClass, message } of this.#queue.take()) {
      if (this.#isClosed) return;
      this.#channels.publish(messageClass, message);
      const ofClass = this.#subscriptions.get(messageClass);
      if (ofClass === undefined) continue;
      for (const subscription of [...ofClass]) {
        if (!ofClass.has(subscription) || subscription.from > seq) continue;
        throwLater(() => subscription.listener(message as never));
      }
    }
  }
}

function checkClass(messageClass: string): void {
  if (typeof messageClass !== 'string' || messageClass === '') {
    throw invalidArgument('class', 'must be a name');
  }
}
