import type { Clock } from '../../core/reconnect/clock.js';

// Writers empty a file and fill it within a millisecond, scripts remove it and write it within some ten.
const QUIET_MS = 50;
// Somebody who writes all the time must not keep us from looking.
const LONGEST_MS = 500;
// A configuration without servers is a writer at work, or nobody's: the former is over by then.
const BARE_MS = 1000;

/** Calls `look` once a burst of news is over; `look` may find that it is not. */
export class Settling {
  readonly #clock: Clock;
  readonly #look: () => 'settled' | 'bare';
  #since = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, look: () => 'settled' | 'bare') {
    this.#clock = clock;
    this.#look = look;
  }

  /** Whether a configuration without servers has stood for as long as to be believed. */
  get isLate(): boolean {
    return this.#clock.now() - this.#since >= BARE_MS;
  }

  news(): void {
    const now = this.#clock.now();
    if (this.#cancel === null) this.#since = now;
    this.#lookAt(Math.max(now, Math.min(now + QUIET_MS, this.#since + LONGEST_MS)));
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #lookAt(at: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(Math.ceil(at - this.#clock.now()), () => {
      if (this.#look() === 'bare') this.#lookAt(this.#since + BARE_MS);
      else this.#cancel = null;
    });
  }
}
