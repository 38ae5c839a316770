/** What a {@link Redial} needs from its connection. */
export interface RedialOptions {
  /** Whether there is a way to the peer now. */
  readonly hasPath: () => boolean;
  /** Starts an attempt; it ends in `connected` or `lost`. `cause`: what made this the moment. */
  readonly attempt: (cause: 'network' | 'retry') => void;
  /** 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

// The first retry soon, since most refusals are a server that restarts; the last one seldom enough that a peer that
// stays away for a day costs nothing.
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;
// A connection that ends sooner counts as a failed attempt: a peer that accepts and hangs up must not be stormed.
const SHORT_LIFE_MS = 1000;

/**
 * When to connect again: not while there is no path, at once when one appears or the network took the last connection,
 * else with exponential backoff. Unlike a Reconnector it never replaces a connection that lives, and judges by the addresses
 * that a name has resolved to by now.
 */
export class Redial {
  readonly #options: RedialOptions;
  #failures = 0;
  #connectedAt: number | null = null;
  /** The network changed since the last attempt succeeded. */
  #hasChanged = true;
  #isWanted = false;
  #cancelTimer: (() => void) | null = null;

  constructor(options: RedialOptions) {
    this.#options = options;
  }

  /** An attempt succeeded. */
  connected(): void {
    this.#connectedAt = performance.now();
    this.#hasChanged = false;
  }

  /** The connection or attempt ended; `cause`: whether the network took it or the peer. */
  lost(cause: 'network' | 'peer'): void {
    const lifeMs = this.#connectedAt === null ? 0 : performance.now() - this.#connectedAt;
    this.#connectedAt = null;
    if (lifeMs >= SHORT_LIFE_MS) this.#failures = 0;
    // Were a connection condemned although nothing changed in its life, "at once" would be a busy loop.
    if (cause === 'network' && this.#hasChanged) this.#wantNow();
    else this.#want(this.#backoffMs(), 'retry');
  }

  /** Something in the network changed; `isNewPath`: the default path is another one: old failures say nothing. */
  networkChanged(isNewPath: boolean): void {
    this.#hasChanged = true;
    if (isNewPath) this.#failures = 0;
    if (!this.#isWanted) return;
    if (!this.#options.hasPath()) this.#clearTimer();
    else if (this.#cancelTimer === null || isNewPath) this.#wantNow();
  }

  /** No more attempts. */
  close(): void {
    this.#isWanted = false;
    this.#clearTimer();
  }

  // Not within this very turn: what else the same change brought is to be told first.
  #wantNow(): void {
    this.#want(0, 'network');
  }

  #want(delayMs: number, cause: 'network' | 'retry'): void {
    this.#clearTimer();
    this.#isWanted = true;
    if (!this.#options.hasPath()) return;
    const fire = (): void => this.#fire(cause);
    if (delayMs === 0) {
      const timer = setImmediate(fire);
      this.#cancelTimer = () => clearImmediate(timer);
    } else {
      const timer = setTimeout(fire, delayMs);
      this.#cancelTimer = () => clearTimeout(timer);
    }
  }

  #fire(cause: 'network' | 'retry'): void {
    this.#cancelTimer = null;
    if (!this.#options.hasPath()) return;
    this.#isWanted = false;
    this.#options.attempt(cause);
  }

  #clearTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  // Half of the delay is chance, so that a fleet that lost the same server does not come back at the same moment.
  #backoffMs(): number {
    const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
    this.#failures++;
    return delayMs * (0.5 + (this.#options.random ?? Math.random)() / 2);
  }
}
