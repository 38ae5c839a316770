import type { RoamkitClient } from 'roamkit/renderer';
import { changeEvents, invalidatedEvent, reconnectEvent } from '../shared/page-events.js';

// As many as the timeline shows.
const MOST = 400;

/** When this page heard of roamkit's own events, in milliseconds of its `performance.now()`. */
export class Arrivals {
  readonly #times = new Map<string, number>();

  constructor(roamkit: RoamkitClient, heard: () => void) {
    const note = (events: readonly string[]): void => {
      const now = performance.now();
      for (const event of events) this.#times.set(event, now);
      const excess = this.#times.size - MOST;
      for (const event of [...this.#times.keys()].slice(0, Math.max(0, excess))) this.#times.delete(event);
      heard();
    };
    roamkit.on('change', ({ previous, next }) => note(changeEvents(previous, next)));
    roamkit.on('invalidated', (event) => note([invalidatedEvent(event)]));
    roamkit.on('reconnect', (signal) => note([reconnectEvent(signal)]));
  }

  of(event: string): number | null {
    return this.#times.get(event) ?? null;
  }
}
