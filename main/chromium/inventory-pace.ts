import type { Clock } from '../../core/reconnect/clock.js';

// In a storm of changes an inventory every 50 ms costs a few per cent of a core at most; a loss that comes alone is looked
// into at once, and within a storm still within a grace period.
const LEAST_GAP_MS = 50;

/** When to take inventories: at once, one at a time, and with pauses where changes come thick and fast. */
export class InventoryPace {
  readonly #take: () => Promise<void>;
  readonly #clock: Clock;
  #running: Promise<void> | null = null;
  #isWanted = false;
  #waiting: Array<() => void> = [];
  #startedAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #isClosed = false;

  /** `take` does not reject. */
  constructor(take: () => Promise<void>, clock: Clock) {
    this.#take = take;
    this.#clock = clock;
  }

  /** Something changed. */
  want(): void {
    if (this.#isClosed || this.#isWanted) return;
    this.#isWanted = true;
    if (this.#running === null) this.#schedule();
  }

  /** Resolves when an inventory that began after the call is done, or when it is closed. */
  now(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#isWanted = true;
      if (this.#running === null) this.#start();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#cancel = null;
    this.#release(this.#waiting.splice(0));
  }

  #schedule(): void {
    const delayMs = this.#startedAt + LEAST_GAP_MS - this.#clock.now();
    if (delayMs <= 0 || this.#waiting.length > 0) this.#start();
    else this.#cancel = this.#clock.after(delayMs, () => this.#start());
  }

  #start(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#isWanted = false;
    this.#startedAt = this.#clock.now();
    const waiting = this.#waiting.splice(0);
    this.#running = this.#take().then(() => {
      this.#running = null;
      this.#release(waiting);
      if (this.#isWanted && !this.#isClosed) this.#schedule();
    });
  }

  #release(waiting: readonly (() => void)[]): void {
    for (const resolve of waiting) resolve();
  }
}
