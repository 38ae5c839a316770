import type { Session } from 'electron';
import { invalidArgument } from '../../core/errors.js';
import type { SystemBus } from '../bus/system-bus.js';
import type { NetworkMonitorOptions } from '../monitor/monitor-options.js';
import type { PortalDetectorOptions } from '../portal/detector-options.js';
import type { VetoOptions } from '../registry/doubts/vetoes.js';
import type { RegistryPolicy } from '../registry/policy/registry-policy.js';
import type { ResolverMonitorOptions } from '../resolver/resolver-monitor.js';
import { checkSignInOptions, type PortalSignInOptions } from './portal-window/sign-in-options.js';
import type { SessionPolicyOption } from './sessions/session-policy.js';

/** How much a window may ask. What goes beyond is refused, counted, and answered with `ERR_ROAMKIT_IPC_REFUSED`. */
export interface IpcLimits {
  /** Requests a second and window, on average; as many at once. Default 200. */
  readonly requestsPerSecond: number;
  /** Connections that a window tracks at a time. Default 256. */
  readonly trackedPerWindow: number;
  /** The size of one request, about, in bytes. Default 4096. */
  readonly messageBytes: number;
}

/** How to start roamkit in Electron's main process; `beforeInvalidate` and `postponeMs` are the registry's. */
export interface RoamkitOptions extends VetoOptions {
  /** For the {@link NetworkMonitor}; default its own defaults. */
  readonly monitor?: NetworkMonitorOptions;
  /** For the {@link ConnectionRegistry}: what differs from `defaultPolicy`; `registry.setPolicy` changes it. */
  readonly policy?: RegistryPolicy;
  /** The bus to publish on, for an application with classes of its own; it stays open. Default: a new one. */
  readonly bus?: SystemBus;
  /** For the {@link ResolverMonitor}; default its own defaults. */
  readonly resolver?: ResolverMonitorOptions;
  /**
   * For the {@link PortalDetector}, which asks well-known servers over plain HTTP whenever the network is another one; `docs/captive-portals.md`
   * says what they learn. `false`: none runs, and a default route counts as `online`. Default its own defaults.
   */
  readonly portal?: Omit<PortalDetectorOptions, 'bus'> | false;
  /** How the user signs in to captive portals. Default: in an isolated window. */
  readonly portalWindow?: PortalSignInOptions;
  /**
   * The sessions whose pages get the preload script. `all`: every one, also those that are created later, for an application with a
   * session for each account. Pages of other origins than `allowedOrigins` are refused in each of them; the sign-in window's
   * session never gets it. Default: `session.defaultSession`.
   */
  readonly sessions?: readonly Session[] | 'all';
  /**
   * What is done in Chromium's sessions for pages that know nothing of roamkit, in all or in each by itself: in the default one,
   * those of `sessions`, those with pages, and each that is created or gets its first page after the call. Default: names and
   * proxy settings are forgotten when the network changed, and interrupted downloads go on.
   */
  readonly sessionPolicy?: SessionPolicyOption;
  /**
   * Whether to inject roamkit's preload script into `sessions`. `false`: the application's own preload script calls
   * `exposeRoamkit()` of `roamkit/preload`. Default `true`.
   */
  readonly injectPreload?: boolean;
  /**
   * The origins whose pages may use roamkit, each exactly (`https://app.example.com`, `app://bundle`) or a scheme of
   * the application's own (`file:`, `app:`). Default: `file:`, and while the application is not packaged also `http:` and
   * `https:` on localhost, 127.0.0.1 and [::1] at any port, where development servers are. A list replaces all
   * of that.
   */
  readonly allowedOrigins?: readonly string[];
  /** Whether frames inside a page may use roamkit too, if they and the page are of an allowed origin. Default `false`. */
  readonly allowSubframes?: boolean;
  /** Whether pages are shown gateways, source addresses and peers. Default `false`. */
  readonly exposeAddresses?: boolean;
  /**
   * The longest delay of a reconnect signal, in milliseconds: each window draws its own, from 0 on, so that they do
   * not all knock at once. Default 50.
   */
  readonly reconnectJitterMs?: number;
  /**
   * When a reconnect signal says to go, and a page's `RoamingWebSocket` tries: `path`: as soon as there is a default route; `online`:
   * once the portal detector has found the way open, or could find out nothing about it (`limited`). Default `path`.
   */
  readonly reconnectWhen?: 'path' | 'online';
  readonly limits?: Partial<IpcLimits>;
  /**
   * Whether to look after Chromium's own connections (those of pages, workers, downloads, `net.fetch`): they are in the
   * registry with owner `chromium`, and the dead ones are ended, with no code in the page. See docs/chromium.md. Default `true`.
   */
  readonly chromium?: boolean;
}

/** The options that have a plain default, filled in. */
export interface HostOptions {
  /** `null`: the default one, which there is when the application is ready. */
  readonly sessions: readonly Session[] | 'all' | null;
  readonly allowSubframes: boolean;
  readonly exposeAddresses: boolean;
  readonly reconnectJitterMs: number;
  readonly reconnectWhen: 'path' | 'online';
  readonly portalWindow: PortalSignInOptions;
  readonly limits: IpcLimits;
  readonly chromium: boolean;
}

const DEFAULT_LIMITS: IpcLimits = {
  // A page that tracks all its connections anew after a switch puts some dozens at once; none comes near this for long.
  requestsPerSecond: 200,
  // Chromium opens at most 255 WebSockets a process and 256 sockets a pool.
  trackedPerWindow: 256,
  // The longest request that the contract knows is a URL of 2048 characters and a label.
  messageBytes: 4096,
};

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the option, on one that cannot be used. */
export function hostOptions(options: RoamkitOptions): HostOptions {
  const { reconnectJitterMs = 50, reconnectWhen = 'path', portal } = options;
  if (!(reconnectJitterMs >= 0 && Number.isFinite(reconnectJitterMs))) {
    throw invalidArgument('reconnectJitterMs', `must be 0 or more milliseconds, not ${reconnectJitterMs}`);
  }
  if (reconnectWhen !== 'path' && reconnectWhen !== 'online') {
    throw invalidArgument('reconnectWhen', `must be path or online, not ${String(reconnectWhen)}`);
  }
  if (portal !== undefined && portal !== false && (typeof portal !== 'object' || portal === null)) {
    throw invalidArgument('portal', 'must be an object or false');
  }
  if (options.bus !== undefined && typeof options.bus?.publish !== 'function') {
    throw invalidArgument('bus', 'must be a SystemBus');
  }
  checkSessions(options.sessions);
  checkSignInOptions(options.portalWindow ?? {});
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  for (const [name, limit] of Object.entries(limits)) {
    if (!(typeof limit === 'number' && limit > 0)) {
      throw invalidArgument(`limits.${name}`, `must be a positive number, not ${String(limit)}`);
    }
  }
  return {
    sessions: options.sessions ?? null,
    allowSubframes: options.allowSubframes ?? false,
    exposeAddresses: options.exposeAddresses ?? false,
    reconnectJitterMs,
    reconnectWhen,
    portalWindow: options.portalWindow ?? {},
    limits,
    chromium: options.chromium ?? true,
  };
}

function checkSessions(sessions: unknown): void {
  if (sessions === undefined || sessions === 'all') return;
  if (!Array.isArray(sessions)) throw invalidArgument('sessions', "must be 'all' or an array of sessions");
  for (const [index, session] of sessions.entries()) {
    // A partition's name is what is given most easily.
    if (typeof session?.getPreloads !== 'function' && typeof session?.registerPreloadScript !== 'function') {
      throw invalidArgument(`sessions[${index}]`, 'must be a session, as of session.fromPartition()');
    }
  }
}
