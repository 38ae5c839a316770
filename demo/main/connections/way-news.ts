import type { NetworkMonitor } from 'roamkit';
import { monotonicNow } from '../monotonic.js';

/** When the last news of the way out came: the kernel's, or that a portal opened, of which the kernel knows nothing. */
export class WayNews {
  readonly #monitor: NetworkMonitor;
  #isHeldBack = false;
  #openedAt = Number.NEGATIVE_INFINITY;

  constructor(monitor: NetworkMonitor) {
    this.#monitor = monitor;
    monitor.on('change', () => this.#look());
  }

  /** By CLOCK_MONOTONIC, in milliseconds. */
  get at(): number {
    // Advice on a change may come before this has heard of it.
    this.#look();
    return Math.max(this.#monitor.receivedAt, this.#openedAt);
  }

  #look(): void {
    const isHeldBack = this.#monitor.state.status === 'portal';
    if (this.#isHeldBack && !isHeldBack) this.#openedAt = monotonicNow();
    this.#isHeldBack = isHeldBack;
  }
}
