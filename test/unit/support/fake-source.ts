import type { ReconnectSource } from '../../../core/reconnect/reconnect-source.js';
import type { ReconnectCause, ReconnectSignal, ReconnectUrgency } from '../../../core/reconnect/signal.js';

/** A source of reconnect signals whose network the test moves. */
export class FakeSource implements ReconnectSource {
  readonly #listeners = new Set<(signal: ReconnectSignal) => void>();
  generation = 1;

  constructor(public isReachable = true) {}

  hasPath(): boolean {
    return this.isReachable;
  }

  subscribe(listener: (signal: ReconnectSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get subscribers(): number {
    return this.#listeners.size;
  }

  /** The last default path goes; `isReachable`: the peer is on another. */
  lose({ isReachable = false } = {}): void {
    this.isReachable = isReachable;
    this.generation += 1;
    this.#tell('path-lost', 'wait');
  }

  /** A path appears. */
  appear(delayMs = 0): void {
    this.isReachable = true;
    this.generation += 1;
    this.#tell('path-appeared', 'now', delayMs);
  }

  /** A captive portal opens, on a path that there was before. */
  open(): void {
    this.#tell('path-appeared', 'now');
  }

  /** The path becomes another one: a better one came up, or (`now`) the old one is lost. */
  move(urgency: 'now' | 'soon' = 'soon', delayMs = 0): void {
    this.generation += 1;
    this.#tell('path-changed', urgency, delayMs);
  }

  /** Somebody's connections were invalidated, and the default path stays. */
  invalidate(): void {
    this.#tell('invalidated', 'now');
  }

  /** The machine slept, and the network is as it was. */
  wake(): void {
    this.#tell('resumed', 'now');
  }

  #tell(cause: ReconnectCause, urgency: ReconnectUrgency, delayMs = 0): void {
    const reason = cause === 'invalidated' ? 'link-down' : null;
    for (const listener of [...this.#listeners]) {
      listener({ generation: this.generation, cause, reason, urgency, delayMs });
    }
  }
}
