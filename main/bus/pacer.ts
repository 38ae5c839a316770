import type { Clock } from '../../core/reconnect/clock.js';

/**
 * Hands over what is noted: at once, then at most once an interval, each thing once and in the order in which it was
 * noted last. So the first news loses no time, and a storm of them becomes a trickle.
 */
export class Pacer<T> {
  readonly #intervalMs: number;
  readonly #handOver: (things: readonly T[]) => void;
  readonly #clock: Clock;
  readonly #noted = new Set<T>();
  #cancel: (() => void) | null = null;
  #handedOverAt = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: number, handOver: (things: readonly T[]) => void, clock: Clock) {
    this.#intervalMs = intervalMs;
    this.#handOver = handOver;
    this.#clock = clock;
  }

  note(things: Iterable<T>): void {
    for (const thing of things) {
      this.#noted.delete(thing);
      this.#noted.add(thing);
    }
    if (this.#noted.size === 0 || this.#cancel !== null) return;
    const waitMs = this.#handedOverAt + this.#intervalMs - this.#clock.now();
    if (waitMs <= 0) this.#flush();
    else this.#cancel = this.#clock.after(Math.ceil(waitMs), () => this.#flush());
  }

  /** Nothing is handed over any more. */
  close(): void {
    this.#cancel?.();
    this.#noted.clear();
  }

  #flush(): void {
    this.#cancel = null;
    this.#handedOverAt = this.#clock.now();
    const things = [...this.#noted];
    this.#noted.clear();
    this.#handOver(things);
  }
}
