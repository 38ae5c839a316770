import { LONGEST_DELAY_MS } from '../../../core/durations.js';
import type { Clock } from '../../../core/reconnect/clock.js';

// Liveness is a matter of seconds: who falls due within the same tenth of one shares a wake-up.
const SLOT_MS = 100;

/** Many deadlines on one timer, each kept to within 100 ms, never early. */
export class Deadlines<T> {
  readonly #clock: Clock;
  readonly #due: (item: T) => void;
  readonly #slots = new Map<number, Set<T>>();
  readonly #slotOf = new Map<T, number>();
  #nextSlot = Number.POSITIVE_INFINITY;
  #cancelTimer: () => void = () => {};

  constructor(clock: Clock, due: (item: T) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** Replaces an earlier deadline of the same item; `at`: in the clock's milliseconds. */
  schedule(item: T, at: number): void {
    this.#remove(item);
    const slot = Math.ceil(at / SLOT_MS);
    const items = this.#slots.get(slot) ?? new Set();
    this.#slots.set(slot, items.add(item));
    this.#slotOf.set(item, slot);
    if (slot < this.#nextSlot) this.#arm(slot);
  }

  cancel(item: T): void {
    this.#remove(item);
    // The timer of a slot that is empty now may wake once for nothing, but not without end.
    if (this.#slotOf.size === 0) this.#arm(Number.POSITIVE_INFINITY);
  }

  #remove(item: T): void {
    const slot = this.#slotOf.get(item);
    if (slot === undefined) return;
    this.#slotOf.delete(item);
    const items = this.#slots.get(slot);
    items?.delete(item);
    if (items?.size === 0) this.#slots.delete(slot);
  }

  #arm(slot: number): void {
    this.#cancelTimer();
    this.#nextSlot = slot;
    if (slot === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, slot * SLOT_MS - this.#clock.now());
    // What fires early is only armed anew.
    this.#cancelTimer = this.#clock.after(Math.min(delayMs, LONGEST_DELAY_MS), () => this.#fire());
  }

  #fire(): void {
    // Timers may fire a fraction of a millisecond early.
    const until = (this.#clock.now() + 1) / SLOT_MS;
    const due = [...this.#slots].filter(([slot]) => slot <= until).flatMap(([, items]) => [...items]);
    for (const item of due) this.#remove(item);
    this.#arm(Math.min(...this.#slots.keys()));
    for (const item of due) this.#due(item);
  }
}
