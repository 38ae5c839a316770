import type { Clock } from '../../../core/reconnect/clock.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import { backgroundClock } from '../background-clock.js';
import type { Doubts } from './doubts.js';

// systemd-logind lets those who asked for it (NetworkManager among them) take 5 s before the machine sleeps
// (InhibitDelayMaxSec in logind.conf(5)). Who is awake twice as long is not going to sleep.
const LONGEST_WAIT_FOR_SLEEP_MS = 10_000;

// A million routes are read in a second or two. Where the state cannot be had, nothing dead may stay open for that: the kernel
// is asked before anything is closed.
const LONGEST_RESYNC_MS = 5000;

/** What {@link Sleep} needs from around it. */
export interface SleepContext {
  readonly monitor: Pick<NetworkMonitor, 'resync'>;
  readonly doubts: Pick<Doubts, 'hold' | 'release'>;
  /** All is known and judged. */
  readonly awake: () => void;
  /** Default: timers that do not keep the process alive. */
  readonly after?: Clock['after'];
}

/**
 * What a registry does around the machine's sleep. Between its begin and the time when the network's state is fresh, no
 * grace period that ended is acted on. Timers count time awake only (CLOCK_MONOTONIC), and so do the bounds here.
 */
export class Sleep {
  readonly #context: SleepContext;
  readonly #after: Clock['after'];
  /** Ends what waits: another call takes its place. */
  #giveUp: () => void = () => {};

  constructor(context: SleepContext) {
    this.#context = context;
    this.#after = context.after ?? backgroundClock.after;
  }

  begin(): void {
    this.#giveUp();
    this.#context.doubts.hold();
    this.#giveUp = this.#after(LONGEST_WAIT_FOR_SLEEP_MS, () => this.#context.doubts.release());
  }

  async end(): Promise<void> {
    this.#giveUp();
    this.#context.doubts.hold();
    if (!(await this.#isResynced())) return;
    this.#context.doubts.release();
    this.#context.awake();
  }

  close(): void {
    this.#giveUp();
  }

  /** Resolves when it is, or was waited for long enough; `false`: given up. */
  #isResynced(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#after(LONGEST_RESYNC_MS, () => resolve(true));
      this.#giveUp = () => {
        cancel();
        resolve(false);
      };
      const done = (): void => {
        cancel();
        resolve(true);
      };
      // A monitor that was closed has nothing to tell.
      this.#context.monitor.resync().then(done, done);
    });
  }
}
