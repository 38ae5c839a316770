import type { Clock } from '../../core/reconnect/clock.js';
import type { EventName, EventPayload } from '../../ipc/contract.js';
import type { Delivery } from '../../ipc/messages.js';
import type { ConnectivitySnapshot, SnapshotFields } from '../../ipc/snapshot.js';
import type { SnapshotSource } from './snapshot-source.js';

/** Sends an event to a page. Never throws; a page that is gone gets nothing. */
export type SendEvent = <K extends EventName>(event: K, payload: EventPayload<K>) => void;

// A page cannot show more than a frame's worth: 60 Hz, rounded down to a whole millisecond.
const FRAME_MS = 16;

/**
 * What one page is told. State is numbered and conflated: the first change goes out at once, then at most one a frame,
 * so a page that is behind gets the latest and not the history. `invalidated` and `reconnect` are never conflated.
 * Nothing is sent to a page that has not subscribed, and to a hidden one only what its {@link Delivery} says.
 */
export class WindowChannel {
  readonly #source: SnapshotSource;
  readonly #send: SendEvent;
  readonly #clock: Clock;
  #isSubscribed = false;
  #delivery: Delivery = 'all';
  #seq = 0;
  /** What the page knows, after the delta numbered `#seq`. */
  #told: SnapshotFields;
  #sentAt = Number.NEGATIVE_INFINITY;
  #cancelSend: (() => void) | null = null;
  #held: (() => void)[] | null = null;

  constructor(source: SnapshotSource, send: SendEvent, clock: Clock) {
    this.#source = source;
    this.#send = send;
    this.#clock = clock;
    this.#told = source.current();
  }

  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** What the page should know now. */
  snapshot(): ConnectivitySnapshot {
    // A delta that waits goes out first: it has a number, and another client of the same page may count on it.
    if (this.#isSubscribed) this.#sendDelta();
    else this.#told = this.#source.current();
    return { seq: this.#seq, ...this.#told };
  }

  /** The same, and events from here on. */
  subscribe(): ConnectivitySnapshot {
    const snapshot = this.snapshot();
    this.#isSubscribed = true;
    this.#delivery = 'all';
    return snapshot;
  }

  /** Tells more or less from here on. What is due by then, and was not sent, goes out now. */
  deliver(delivery: Delivery): void {
    this.#delivery = delivery;
    this.#cancelSend?.();
    this.#cancelSend = null;
    this.stateChanged();
  }

  unsubscribe(): void {
    this.#isSubscribed = false;
    this.#held = null;
    this.#cancelSend?.();
    this.#cancelSend = null;
  }

  /** The source may have something new. */
  stateChanged(): void {
    if (!this.#isSubscribed || this.#cancelSend !== null || !this.#isStateDue()) return;
    const waitMs = this.#sentAt + FRAME_MS - this.#clock.now();
    if (waitMs <= 0) this.#sendDelta();
    else this.#cancelSend = this.#clock.after(Math.ceil(waitMs), () => this.#sendDelta());
  }

  /** Sends an event that is never conflated. */
  tell<K extends 'invalidated' | 'reconnect'>(event: K, payload: EventPayload<K>): void {
    if (!this.#isSubscribed || this.#delivery === 'none') return;
    const send = (): void => {
      // What it speaks of, a generation say, has to be known first.
      this.#sendDelta();
      this.#send(event, payload);
    };
    if (this.#held === null) send();
    else this.#held.push(send);
  }

  /** Keeps what {@link WindowChannel.tell} sends, until {@link WindowChannel.release}. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const send of held) send();
  }

  #isStateDue(): boolean {
    if (this.#delivery !== 'reconnecting') return this.#delivery === 'all';
    const { status, generation } = this.#source.current();
    return status !== this.#told.status || generation !== this.#told.generation;
  }

  #sendDelta(): void {
    this.#cancelSend?.();
    this.#cancelSend = null;
    const changed = this.#source.changedSince(this.#told);
    if (changed === null) return;
    this.#told = this.#source.current();
    this.#sentAt = this.#clock.now();
    this.#seq++;
    this.#send('delta', { seq: this.#seq, changed });
  }
}
