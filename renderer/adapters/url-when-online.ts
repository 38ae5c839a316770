import { invalidArgument } from '../../core/errors.js';
import { getRoamkit } from '../get-roamkit.js';
import type { Selector } from '../selection.js';
import { mayReachInternet } from './may-reach-internet.js';

/** When {@link urlWhenOnline} lets an attempt go. */
export interface UrlWhenOnlineOptions {
  /** Whether the URL's server can be reached. Default: {@link mayReachInternet}; for one on the local network say so here. */
  readonly isOnline?: Selector<boolean>;
  /**
   * An attempt waits this long at most, in milliseconds, and is then made all the same, so that a server that `isOnline`
   * is wrong about is reached in the end. Default 30000; `Infinity` for ever.
   */
  readonly longestWaitMs?: number;
}

/**
 * A URL provider for `partysocket` and `reconnecting-websocket`: an attempt waits until there is a way to the internet, and is
 * then made at once. So no attempt is in vain while there is none, and the library's delays do not grow.
 *
 * ```ts
 * const socket = new ReconnectingWebSocket(urlWhenOnline('wss://chat.example.com'));
 * ```
 *
 * `url` may be a function itself, for a fresh token; it is called when the wait is over.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a `longestWaitMs` below 0 or that is no number.
 */
export function urlWhenOnline(
  url: string | (() => string | Promise<string>),
  { isOnline = mayReachInternet, longestWaitMs = 30_000 }: UrlWhenOnlineOptions = {},
): () => Promise<string> {
  if (!(longestWaitMs >= 0)) {
    throw invalidArgument('longestWaitMs', `must be 0 or more milliseconds, not ${String(longestWaitMs)}`);
  }
  return async () => {
    await untilOnline(isOnline, longestWaitMs);
    return typeof url === 'function' ? url() : url;
  };
}

function untilOnline(isOnline: Selector<boolean>, longestWaitMs: number): Promise<void> {
  const online = getRoamkit().select(isOnline);
  return new Promise((resolve) => {
    if (online.getSnapshot()) return resolve();
    const go = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const stop = online.subscribe(() => online.getSnapshot() && go());
    // A timer takes no delay beyond 2^31 - 1 ms: it would fire at once.
    const timer = longestWaitMs < 2 ** 31 ? setTimeout(go, longestWaitMs) : undefined;
  });
}
