import type { Session } from 'electron';
import { invalidArgument } from '../../../core/errors.js';

/** What roamkit does in a session of Chromium's for pages that know nothing of it. */
export interface SessionPolicy {
  /**
   * Whether resolved host names are forgotten on a new generation and when the resolver's configuration changed: the answers of a
   * network that was left may lead nowhere, and Chromium keeps them for a minute. No connection is touched. Default `true`.
   */
  readonly clearHostCache?: boolean;
  /** Whether proxy settings (a PAC script, WPAD) are read anew then. No connection is touched. Default `true`. */
  readonly reloadProxy?: boolean;
  /**
   * Where dead connections cannot be ended one by one: whether all HTTP connections of the session are closed on a new
   * generation (`session.closeAllConnections()`; WebSockets stay). Healthy transfers are cut too, and which those are is not
   * known there, so it is the application's to say, once or, with a function, each time. Default `false`.
   */
  readonly closePools?: boolean | (() => boolean);
  /**
   * Whether downloads that were interrupted go on when there is a path, where server and Chromium can. Paused ones stay
   * paused. Default `true`.
   */
  readonly resumeDownloads?: boolean;
  /**
   * Whether `navigator.onLine` in pages, with its events `online` and `offline`, is roamkit's answer: `false` with no default
   * route or behind a captive portal, half a second after that began. In pages that are loaded after `startRoamkit` has
   * resolved; in frames inside a page, where the window has `nodeIntegrationInSubFrames`; not in workers. Default `false`.
   */
  readonly overrideOnLine?: boolean;
}

/** A {@link SessionPolicy} for all sessions, or for each by itself. */
export type SessionPolicyOption = SessionPolicy | ((session: Session) => SessionPolicy);

const DEFAULTS: Required<SessionPolicy> = {
  clearHostCache: true,
  reloadProxy: true,
  closePools: false,
  resumeDownloads: true,
  overrideOnLine: false,
};

/**
 * What holds for each session.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a policy that cannot be used; where it is a function's, when that is asked.
 */
export function sessionPolicies(
  option: SessionPolicyOption = {},
): (session: Session) => Required<SessionPolicy> {
  if (typeof option === 'function') return (session) => checked(option(session));
  const policy = checked(option);
  return () => policy;
}

function checked(policy: SessionPolicy): Required<SessionPolicy> {
  if (typeof policy !== 'object' || policy === null) {
    throw invalidArgument('sessionPolicy', 'must be an object, or a function that gives one');
  }
  for (const name of Object.keys(DEFAULTS) as (keyof SessionPolicy)[]) {
    const value = policy[name];
    if (value === undefined || typeof value === 'boolean') continue;
    if (name === 'closePools' && typeof value === 'function') continue;
    throw invalidArgument(`sessionPolicy.${name}`, `must be true or false, not ${String(value)}`);
  }
  return { ...DEFAULTS, ...policy };
}
