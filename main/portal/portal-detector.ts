import { EventEmitter } from 'eventemitter3';
import { RoamkitError } from '../../core/errors.js';
import type { NetworkChange } from '../../core/network-diff.js';
import type { DefaultPaths } from '../../core/network-types.js';
import { carriedOver, nothingFound, type PortalFindings } from '../../core/portal-findings.js';
import type { PortalInfo } from '../../core/portal-types.js';
import { throwLater } from '../../core/throw-later.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import { apiToAsk } from './api-to-ask.js';
import type { PortalAttempt } from './attempt.js';
import { type DetectorSettings, detectorSettings, type PortalDetectorOptions } from './detector-options.js';
import { isSameState, type PortalDetectorState, stateOf } from './detector-state.js';
import { FreshLinks } from './fresh-links.js';
import { keepingAlive } from './keeping-alive.js';
import { LookPacer } from './look-pacer.js';
import { outcomeMessage } from './outcome-message.js';
import { PortalAnnouncements } from './portal-announcements.js';
import { ProbeRound } from './probe-round.js';
import { recheckDelayMs } from './recheck-delay.js';
import { SessionWatch } from './session-watch.js';

/** Events of a {@link PortalDetector}. */
export interface PortalDetectorEvents {
  change: [change: { readonly previous: PortalDetectorState; readonly next: PortalDetectorState }];
  /** A portal was found that holds the network back, or became another one. */
  portal: [portal: PortalInfo];
  /** The session that the portal told of ends soon. */
  expiring: [portal: PortalInfo];
  /** A request is over. */
  attempt: [attempt: PortalAttempt];
  /** A look is over, and all its requests. */
  looked: [state: PortalDetectorState];
}

/** What a detector needs of a monitor. */
export type ProbedMonitor = Pick<
  NetworkMonitor,
  'on' | 'off' | 'state' | 'receivedAt' | 'capabilities' | 'isClosed' | 'reportPortal'
>;

/**
 * Tells "online" from "a captive portal is in between" and "nothing answers". It looks when it is made, whenever a default path
 * becomes another one, when the bus asks for it, and with backoff while a portal or nothing answers; a network that is
 * online and does not change is left in peace. What it finds is in the monitor's state too (`status`, `families`, `validated`, `portal`).
 *
 * The monitor must be of the process's own network namespace: there the probes go.
 *
 * ```ts
 * const detector = new PortalDetector(monitor);
 * detector.on('portal', ({ host }) => console.log(`sign in at ${host}`));
 * ```
 *
 * `limited` is advice: the probes may be blocked where the application's own servers are not. Nothing is closed or kept from
 * connecting for it.
 */
export class PortalDetector extends EventEmitter<PortalDetectorEvents> {
  readonly #monitor: ProbedMonitor;
  readonly #settings: DetectorSettings;
  readonly #announcements: PortalAnnouncements;
  readonly #freshLinks: FreshLinks;
  readonly #session: SessionWatch;
  readonly #pacer: LookPacer;
  readonly #unsubscribe: () => void;
  #paths: DefaultPaths;
  #findings: PortalFindings;
  #state: PortalDetectorState;
  #round: ProbeRound | null = null;
  /** When the last news came that the look under way, or the last one, knew of; as `monitor.receivedAt`. */
  #newsAtLook = Number.NEGATIVE_INFINITY;
  /** Something asked for a look while one was under way. */
  #isAnotherDue = false;
  /** The session whose end is near. */
  #expiringEndsAt: number | null = null;
  #waiting: ((state: PortalDetectorState) => void)[] = [];
  #rechecks = 0;
  #cancelRecheck: () => void = () => {};
  #signingIn = 0;
  #isClosed = false;

  /** @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an option it cannot use, naming it. */
  constructor(monitor: ProbedMonitor, options: PortalDetectorOptions = {}) {
    super();
    this.#monitor = monitor;
    this.#settings = detectorSettings(options);
    const { clock, wallNow, expiryNoticeMs, bus, sources } = this.#settings;
    this.#paths = monitor.state.defaultPaths;
    this.#findings = nothingFound(this.#paths);
    this.#state = { ...stateOf(this.#findings, monitor.state.generation), status: 'unknown' };
    this.#session = new SessionWatch(clock, wallNow, expiryNoticeMs, {
      expiring: () => this.#expiring(),
      ended: () => this.#pacer.request(),
    });
    this.#pacer = new LookPacer(clock, () => this.#look());
    this.#announcements = new PortalAnnouncements(monitor, sources, (ifindex) => this.#announced(ifindex));
    this.#freshLinks = new FreshLinks(monitor, clock);
    monitor.on('change', this.#changed);
    this.#unsubscribe =
      bus?.subscribe('network', (message) => {
        if ('trigger' in message) this.#pacer.requestByMessage(monitor.receivedAt > this.#newsAtLook);
      }) ?? (() => {});
    monitor.reportPortal(this.#findings);
    this.#pacer.requestNow();
  }

  /** What is known now; the same object until something changed. */
  get state(): PortalDetectorState {
    return this.#state;
  }

  /**
   * Looks now, and resolves with what was found. A look that began within the last second is joined. The process is kept alive
   * meanwhile; a detector alone does not do that.
   * @throws RoamkitError (rejects) `ERR_ROAMKIT_CLOSED` where the detector is closed, or meanwhile.
   */
  async detect(): Promise<PortalDetectorState> {
    this.#assertOpen();
    const found = new Promise<PortalDetectorState>((resolve) => this.#waiting.push(resolve));
    if (!this.#pacer.isFresh) {
      this.#endRound();
      this.#pacer.requestNow();
    } else if (this.#round === null) this.#pacer.requestNow();
    const state = await keepingAlive(found);
    this.#assertOpen();
    return state;
  }

  /** Looks every second or so until it is disposed of, as long as there is a portal: for as long as a sign-in window is open. */
  watchSignIn(): Disposable {
    this.#signingIn += 1;
    this.#planRecheck();
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#signingIn -= 1;
      },
    };
  }

  /** Stops; the monitor's status is what routing alone says from now on. Idempotent. No event comes after it is called. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.removeAllListeners();
    this.#endRound();
    this.#pacer.close();
    this.#cancelRecheck();
    this.#session.close();
    this.#announcements.close();
    this.#freshLinks.close();
    this.#unsubscribe();
    this.#monitor.off('change', this.#changed);
    if (!this.#monitor.isClosed) this.#monitor.reportPortal(null);
    this.#resolveWaiting();
  }

  /** The same as {@link PortalDetector.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  readonly #changed = ({ generationChanged, next }: NetworkChange): void => {
    if (!generationChanged) return;
    // At once and not with the next look: what was found on the paths before is not shown for a moment on these.
    this.#endRound();
    this.#cancelRecheck();
    this.#rechecks = 0;
    const findings = carriedOver(this.#findings, this.#paths, next.defaultPaths);
    this.#paths = next.defaultPaths;
    this.#publish(findings);
    this.#pacer.holdUntil(this.#freshLinks.settledAt(next.defaultPaths));
    this.#pacer.requestSoon();
  };

  #announced(ifindex: number): void {
    const { 4: v4, 6: v6 } = this.#paths;
    if (v4?.oif === ifindex || v6?.oif === ifindex) this.#pacer.requestSoon();
  }

  #look(): void {
    if (this.#monitor.isClosed) {
      this.close();
      return;
    }
    if (this.#round !== null) {
      // To cancel it for each message would be to never come to an end where messages do not.
      this.#isAnotherDue = true;
      return;
    }
    this.#cancelRecheck();
    this.#newsAtLook = this.#monitor.receivedAt;
    const { apiUrl, clock, endpoints, timeoutMs, transport, wallNow } = this.#settings;
    const round = new ProbeRound(
      {
        means: {
          clock,
          endpoints,
          timeoutMs,
          transport,
          wallNow,
          onAttempt: (attempt) => this.#tell('attempt', attempt),
        },
        generation: this.#monitor.state.generation,
        paths: this.#monitor.capabilities.routes ? this.#paths : withoutSources(this.#paths),
        known: this.#findings,
        api: apiToAsk(this.#paths, apiUrl, this.#announcements),
        fallbackUrl: fallbackUrl(endpoints.map(({ url }) => url)),
      },
      (findings) => {
        if (round === this.#round) this.#publish(findings);
      },
    );
    this.#round = round;
    this.#publish(this.#findings);
    void round.done.then(() => {
      if (round === this.#round) this.#looked(round);
    });
  }

  #looked(round: ProbeRound): void {
    this.#round = null;
    this.#planRecheck(round.retryAfterMs);
    if (this.#isAnotherDue) this.#pacer.request();
    this.#isAnotherDue = false;
    const { bus } = this.#settings;
    const message = outcomeMessage(this.#state.status);
    if (message !== null) bus?.publish('network', message);
    this.#tell('looked', this.#state);
    this.#resolveWaiting();
  }

  #endRound(): void {
    this.#round?.cancel();
    this.#round = null;
    this.#isAnotherDue = false;
  }

  #publish(composed: PortalFindings): void {
    const previous = this.#state;
    const found = this.#markExpiring(composed);
    this.#findings = found;
    const next = stateOf(found, this.#monitor.state.generation);
    this.#session.follow(found.portal);
    if (isSameState(previous, next)) return;
    this.#state = next;
    this.#monitor.reportPortal(found);
    if (previous.status !== next.status) this.#rechecks = 0;
    this.#tell('change', { previous, next });
    const { portal } = next;
    const wasCaptiveAt = previous.portal?.isCaptive ? previous.portal.host : null;
    if (portal?.isCaptive && portal.host !== wasCaptiveAt) this.#tell('portal', portal);
  }

  #planRecheck(retryAfterMs: number | null = null): void {
    if (this.#isClosed || this.#round !== null) return;
    const { 4: v4, 6: v6 } = this.#findings;
    const isPortal = v4 === 'portal' || v6 === 'portal';
    // One family that works is enough: nobody waits for the other.
    const isLimited = this.#state.status === 'limited' && (v4 === 'limited' || v6 === 'limited');
    if (!isPortal && !isLimited) return;
    const { clock, recheck, random } = this.#settings;
    const given = { attempt: this.#rechecks, isSigningIn: this.#signingIn > 0, retryAfterMs };
    this.#cancelRecheck();
    this.#cancelRecheck = clock.after(recheckDelayMs(recheck, given, random), () => {
      this.#rechecks += 1;
      this.#pacer.requestNow();
    });
  }

  #expiring(): void {
    this.#expiringEndsAt = this.#findings.portal?.sessionEndsAt ?? null;
    this.#publish(this.#findings);
    const { portal } = this.#state;
    if (portal?.isExpiring) this.#tell('expiring', portal);
  }

  #markExpiring(findings: PortalFindings): PortalFindings {
    const { portal } = findings;
    if (portal === null || portal.isCaptive || portal.sessionEndsAt === null) return findings;
    const isExpiring = portal.sessionEndsAt === this.#expiringEndsAt;
    return portal.isExpiring === isExpiring ? findings : { ...findings, portal: { ...portal, isExpiring } };
  }

  #resolveWaiting(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(this.#state);
  }

  // A listener that throws must not stop the detector: its error surfaces as an uncaught exception.
  #tell<E extends keyof PortalDetectorEvents>(event: E, ...args: PortalDetectorEvents[E]): void {
    throwLater(() => {
      this.emit(event, ...(args as never));
    });
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new RoamkitError('ERR_ROAMKIT_CLOSED', 'this PortalDetector is closed');
  }
}

// Without the routes it is a guess which link's address a connection to the internet has: the system knows better.
function withoutSources({ 4: v4, 6: v6 }: DefaultPaths): DefaultPaths {
  return { 4: v4 === null ? null : { ...v4, source: null }, 6: v6 === null ? null : { ...v6, source: null } };
}

// Only what is asked over plain HTTP can be answered by a portal.
function fallbackUrl(urls: readonly string[]): string {
  return urls.find((url) => url.startsWith('http:')) ?? urls[0] ?? 'http://captive.apple.com/';
}
