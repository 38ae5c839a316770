import type { Clock } from '../../core/reconnect/clock.js';

// A network that is joined brings IPv4 and IPv6 apart, and a flapping one a new path with each breath: four looks a second.
const NEW_PATH_GAP_MS = 250;

// Where the paths are the same a look says what the last one said, and lease renewals and storms of routes ask for many.
const SAME_PATH_GAP_MS = 1000;

// How late a bus message is: its bridge paces them by 16 ms, and delivers in a later turn.
const MESSAGE_LAG_MS = 50;

/** Decides when a look that is asked for begins: at once, but never too soon after the last one began. Several become one. */
export class LookPacer {
  readonly #clock: Clock;
  #look: () => void;
  #startedAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #dueAt = Number.POSITIVE_INFINITY;
  #heldUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, look: () => void) {
    this.#clock = clock;
    this.#look = look;
  }

  /** The last look began less than a second ago, or the next one is about to. */
  get isFresh(): boolean {
    return this.#cancel !== null || this.#clock.now() - this.#startedAt < SAME_PATH_GAP_MS;
  }

  /** The network may be another one, though its paths are the same. */
  request(): void {
    this.#plan(this.#startedAt + SAME_PATH_GAP_MS);
  }

  /** The same, by a message of the bus; `isNews`: something came from the network since the last look began. */
  requestByMessage(isNews: boolean): void {
    // The bus tells of what the look that has just begun is for.
    if (isNews || this.#clock.now() - this.#startedAt >= MESSAGE_LAG_MS) this.request();
  }

  /** The paths are other ones. */
  requestSoon(): void {
    this.#plan(this.#startedAt + NEW_PATH_GAP_MS);
  }

  /** Somebody asks for it, or it is due. */
  requestNow(): void {
    this.#plan(this.#clock.now());
  }

  /** Before this time, by the clock, no look begins, whoever asks: it would be in vain. */
  holdUntil(at: number): void {
    this.#heldUntil = at;
    if (this.#cancel === null || this.#dueAt >= at) return;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#plan(at);
  }

  close(): void {
    this.#cancel?.();
    this.#look = () => {};
  }

  #plan(wantedAt: number): void {
    const at = Math.max(wantedAt, this.#heldUntil);
    if (at >= this.#dueAt) return;
    this.#cancel?.();
    this.#dueAt = at;
    // In a turn of its own: the monitor's batch, and what else it brings, is then complete.
    this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#cancel = null;
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#startedAt = this.#clock.now();
      this.#look();
    });
  }
}
