import { throwLater } from '../core/throw-later.js';

/** A set of listeners; each registration is one of its own, even of a function that is there already. */
export class Listeners<T> {
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>();

  /** Returns what takes the listener back. */
  add(call: (value: T) => void): () => void {
    const entry = { call };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  tell(value: T): void {
    for (const { call } of [...this.#listeners]) throwLater(() => call(value));
  }

  clear(): void {
    this.#listeners.clear();
  }
}
