import type { DefaultPaths } from '../../core/network-types.js';
import type { Clock } from '../../core/reconnect/clock.js';
import type { LinkChange } from '../monitor/backend.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';

// Where a carrier, an address and a route come at once, the other end may not pass frames yet, and a question for the gateway's
// hardware address that is lost is asked again only after a second (docs/kernel.md 54). Both ends of a lab's link are ready within 20 ms, on a
// busy machine; after DHCP or Wi-Fi's handshake more time than this has passed.
const SETTLE_MS = 50;

/** Which links got their carrier only just now. */
export class FreshLinks {
  readonly #monitor: Pick<NetworkMonitor, 'on' | 'off'>;
  readonly #clock: Clock;
  /** Links with a carrier, and since when. */
  readonly #since: Map<number, number>;

  constructor(monitor: Pick<NetworkMonitor, 'on' | 'off' | 'state'>, clock: Clock) {
    this.#monitor = monitor;
    this.#clock = clock;
    this.#since = new Map(
      monitor.state.links
        .filter(({ isUp, hasCarrier }) => isUp && hasCarrier)
        .map(({ ifindex }) => [ifindex, Number.NEGATIVE_INFINITY]),
    );
    monitor.on('link', this.#linkChanged);
  }

  /** When the links of these paths can be expected to carry, by the clock; in the past where they have for long. */
  settledAt({ 4: v4, 6: v6 }: DefaultPaths): number {
    const since = [v4, v6].map((path) => this.#since.get(path?.oif ?? 0) ?? Number.NEGATIVE_INFINITY);
    return Math.max(...since) + SETTLE_MS;
  }

  close(): void {
    this.#monitor.off('link', this.#linkChanged);
  }

  readonly #linkChanged = ({ kind, link }: LinkChange): void => {
    const { ifindex, isUp, hasCarrier } = link;
    if (kind === 'remove' || !isUp || !hasCarrier) this.#since.delete(ifindex);
    else if (!this.#since.has(ifindex)) this.#since.set(ifindex, this.#clock.now());
  };
}
