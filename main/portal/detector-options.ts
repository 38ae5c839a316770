import { checkDelayMs } from '../../core/durations.js';
import { invalidArgument } from '../../core/errors.js';
import type { Clock } from '../../core/reconnect/clock.js';
import type { SystemBus } from '../bus/system-bus.js';
import { backgroundClock } from '../registry/background-clock.js';
import { apiUrl } from './capport-api.js';
import { checkEndpoints, defaultPortalEndpoints, type PortalEndpoint } from './endpoints.js';
import { httpTransport } from './http-transport.js';
import { networkdPortalSource } from './networkd-portal-source.js';
import type { PortalUriSource } from './portal-announcements.js';
import type { RecheckOptions, RecheckTiming } from './recheck-delay.js';
import type { PortalTransport } from './transport.js';

/** How to make a {@link PortalDetector}. */
export interface PortalDetectorOptions {
  /** What is asked, in this order. Default {@link defaultPortalEndpoints}. */
  readonly endpoints?: readonly PortalEndpoint[];
  /** How long one request may take, from the name's lookup to its last byte, in milliseconds. Default 3000. */
  readonly timeoutMs?: number;
  readonly recheck?: RecheckOptions;
  /** The URL of a captive-portal API (RFC 8908) that the application knows, `https:`; it outranks what networks announce. */
  readonly apiUrl?: string;
  /** Who else knows the networks' captive-portal URIs, such as a DHCP client. Default: systemd-networkd, by {@link networkdPortalSource}. */
  readonly sources?: readonly PortalUriSource[];
  /** How long before a session's end it counts as expiring, in milliseconds. Default 300000 (5 minutes). */
  readonly expiryNoticeMs?: number;
  /**
   * The bus whose `cpdcheck` messages start a look, and on which the outcome goes: `{"type":"cpd","result":"OK"}`. Default: none;
   * a new generation of the monitor starts a look in any case.
   */
  readonly bus?: SystemBus;
  /** What sends the requests. Default {@link httpTransport}. */
  readonly transport?: PortalTransport;
  /** Time, for tests. Default: the real one, with timers that do not keep the process alive. */
  readonly clock?: Clock;
  /** The time of day in milliseconds since the epoch, for tests. Default `Date.now`. */
  readonly wallNow?: () => number;
  /** Chance, 0 to 1, for tests. Default `Math.random`. */
  readonly random?: () => number;
}

/** The options, filled in. */
export interface DetectorSettings {
  readonly endpoints: readonly PortalEndpoint[];
  readonly timeoutMs: number;
  readonly recheck: RecheckTiming;
  readonly apiUrl: URL | null;
  readonly sources: readonly PortalUriSource[];
  readonly expiryNoticeMs: number;
  readonly bus: SystemBus | null;
  readonly transport: PortalTransport;
  readonly clock: Clock;
  readonly wallNow: () => number;
  readonly random: () => number;
}

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the option, on one that cannot be used. */
export function detectorSettings(options: PortalDetectorOptions): DetectorSettings {
  const { timeoutMs = 3000, expiryNoticeMs = 300_000, sources = [networkdPortalSource()] } = options;
  checkDelayMs(timeoutMs, 'timeoutMs', 1);
  checkDelayMs(expiryNoticeMs, 'expiryNoticeMs');
  if (!Array.isArray(sources) || sources.some((source) => typeof source?.watch !== 'function')) {
    throw invalidArgument('sources', 'must be a list of PortalUriSource');
  }
  for (const field of ['transport', 'wallNow', 'random'] as const) {
    if (options[field] !== undefined && typeof options[field] !== 'function') {
      throw invalidArgument(field, 'must be a function');
    }
  }
  return {
    endpoints: checkEndpoints(options.endpoints ?? defaultPortalEndpoints),
    timeoutMs,
    recheck: recheckTiming(options.recheck ?? {}),
    apiUrl: options.apiUrl === undefined ? null : checkApiUrl(options.apiUrl),
    sources,
    expiryNoticeMs,
    bus: options.bus ?? null,
    transport: options.transport ?? httpTransport(),
    clock: options.clock ?? backgroundClock,
    wallNow: options.wallNow ?? Date.now,
    random: options.random ?? Math.random,
  };
}

function recheckTiming(options: RecheckOptions): RecheckTiming {
  // People join a network and sign in within a minute or so: every few seconds then, and every minute for those who do not. Each
  // look is one small request.
  const timing = { firstMs: 3000, factor: 1.6, longestMs: 60_000, signInMs: 1000, ...options };
  for (const field of ['firstMs', 'longestMs', 'signInMs'] as const) {
    checkDelayMs(timing[field], `recheck.${field}`, 1);
  }
  if (!(Number.isFinite(timing.factor) && timing.factor >= 1)) {
    throw invalidArgument('recheck.factor', `must be 1 or more, not ${String(timing.factor)}`);
  }
  return timing;
}

function checkApiUrl(text: string): URL {
  const url = apiUrl(text);
  if (url === null) throw invalidArgument('apiUrl', 'must be an https: URL without a user name');
  return url;
}
