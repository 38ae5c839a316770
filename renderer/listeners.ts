import { throwLater } from '../core/throw-later.js';

/** Begins to hand what it hears to `tell`; returns what ends it. */
export type Listen<T> = (tell: (value: T) => void) => () => void;

/** A set of listeners; each registration is one of its own, even of a function that is there already. */
export class Listeners<T> {
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>();
  readonly #listen: Listen<T>;
  #stopListening: (() => void) | null = null;

  /** `listen` runs while there is a listener. */
  constructor(listen: Listen<T> = () => () => {}) {
    this.#listen = listen;
  }

  /** Returns what takes the listener back. */
  add(call: (value: T) => void): () => void {
    const entry = { call };
    this.#listeners.add(entry);
    this.#stopListening ??= this.#listen((value) => this.tell(value));
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  tell(value: T): void {
    for (const { call } of [...this.#listeners]) throwLater(() => call(value));
  }

  clear(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
  }
}
