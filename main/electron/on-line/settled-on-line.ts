import type { Clock } from '../../../core/reconnect/clock.js';
import { mayReachInternet } from '../../../core/status.js';
import type { OnLine } from '../../../ipc/on-line.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';

// Applications tear down what they have when they hear `offline`; a Wi-Fi that is back within half a second costs less.
const OFFLINE_GRACE_MS = 500;

/** Whether the internet may be reached, as pages are told it: a yes at once, a no when it has stood for half a second. */
export class SettledOnLine {
  readonly #monitor: Pick<NetworkMonitor, 'on' | 'off' | 'state'>;
  readonly #clock: Clock;
  readonly #onChange: (onLine: OnLine) => void;
  readonly #changed = (): void => this.#look();
  #value: OnLine;
  #cancel: (() => void) | null = null;

  constructor(
    monitor: Pick<NetworkMonitor, 'on' | 'off' | 'state'>,
    clock: Clock,
    onChange: (onLine: OnLine) => void,
  ) {
    this.#monitor = monitor;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#value = this.#now();
    monitor.on('change', this.#changed);
  }

  get value(): OnLine {
    return this.#value;
  }

  close(): void {
    this.#monitor.off('change', this.#changed);
    this.#stopWaiting();
  }

  #look(): void {
    const now = this.#now();
    if (now !== false || this.#value === false) {
      this.#stopWaiting();
      this.#become(now);
    } else {
      this.#cancel ??= this.#clock.after(OFFLINE_GRACE_MS, () => {
        this.#cancel = null;
        this.#become(this.#now());
      });
    }
  }

  #become(value: OnLine): void {
    if (value === this.#value) return;
    this.#value = value;
    this.#onChange(value);
  }

  #now(): OnLine {
    const { status } = this.#monitor.state;
    return status === 'unknown' ? null : mayReachInternet(status);
  }

  #stopWaiting(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
