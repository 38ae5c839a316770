import { LONGEST_DELAY_MS } from '../../core/durations.js';
import type { PortalInfo } from '../../core/portal-types.js';
import type { Clock } from '../../core/reconnect/clock.js';

/** What a {@link SessionWatch} tells. */
export interface SessionListener {
  /** The session ends soon. */
  readonly expiring: () => void;
  /** The session should have ended by now. */
  readonly ended: () => void;
}

// The portal's clock decides, not ours: looked too early, it would still say that all is well.
const AFTER_END_MS = 1000;

/** Watches for the end of the session that a portal told of. Asks nobody meanwhile. */
export class SessionWatch {
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  readonly #noticeMs: number;
  readonly #listener: SessionListener;
  #endsAt: number | null = null;
  #cancel: () => void = () => {};

  constructor(clock: Clock, wallNow: () => number, noticeMs: number, listener: SessionListener) {
    this.#clock = clock;
    this.#wallNow = wallNow;
    this.#noticeMs = noticeMs;
    this.#listener = listener;
  }

  /** The session that is known now. */
  follow(portal: PortalInfo | null): void {
    const endsAt = portal === null || portal.isCaptive ? null : portal.sessionEndsAt;
    if (endsAt === this.#endsAt) return;
    this.#cancel();
    this.#endsAt = endsAt;
    if (endsAt === null) return;
    // A session of a few minutes is not about to end from its first moment on.
    const noticeMs = Math.min(this.#noticeMs, (endsAt - this.#wallNow()) / 2);
    this.#await(endsAt - noticeMs, () => this.#expiring(endsAt));
  }

  close(): void {
    this.#cancel();
    this.#endsAt = null;
  }

  #expiring(endsAt: number): void {
    this.#await(endsAt + AFTER_END_MS, () => {
      this.#endsAt = null;
      this.#listener.ended();
    });
    this.#listener.expiring();
  }

  // A day of 25 hours or a corrected clock moves the time of day under a timer: look again when it is due.
  #await(at: number, then: () => void): void {
    const waitMs = Math.min(Math.max(0, at - this.#wallNow()), LONGEST_DELAY_MS);
    this.#cancel = this.#clock.after(waitMs, () => {
      if (this.#wallNow() < at) this.#await(at, then);
      else then();
    });
  }
}
