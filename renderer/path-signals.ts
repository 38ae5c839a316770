import { getRoamkit } from './get-roamkit.js';
import { PathLostError } from './path-lost-error.js';
import { PathWatch } from './path-watch.js';
import type { RoamkitClient } from './roamkit-client.js';

/** The path to one peer, as it was in one generation. */
interface WatchedPath {
  readonly client: RoamkitClient;
  readonly generation: number;
  /** Aborted, with a {@link PathLostError}, when the path is found dead. */
  readonly signal: AbortSignal;
  readonly watch: PathWatch;
}

// Requests outlive a change of the path, but seldom several; each watch counts among those that a window may have.
const MOST_WATCHES = 4;

const watched = new Map<string, WatchedPath[]>();

/**
 * A signal that is aborted, with a {@link PathLostError}, when the path to a URL's peer as it is now is found dead: for `fetch`,
 * or whatever else takes a signal. The same one for all requests to that peer until the network changes.
 *
 * ```ts
 * const response = await fetch(url, { signal: signalFor(url) });
 * ```
 *
 * What is watched is the path that the system chooses now. A request that the browser puts on an older connection, over another path,
 * is not told of that path's end.
 * @throws TypeError on a URL that is none.
 */
export function signalFor(url: string | URL): AbortSignal {
  return pathTo(url)?.signal ?? new AbortController().signal;
}

/** The path to a URL's peer as it is now, under watch; `null` where there is no peer. Throws `TypeError` on a URL that is none. */
export function pathTo(url: string | URL): WatchedPath | null {
  const { protocol, host } = new URL(url, globalThis.document?.baseURI);
  if (!/^(http|ws)s?:$/.test(protocol)) return null;
  const client = getRoamkit();
  const { generation } = client.getSnapshot();
  const peer = `${protocol}//${host}`;
  const known = (watched.get(peer) ?? []).filter((one) => !one.signal.aborted);
  const latest = known.at(-1);
  if (latest?.client === client && latest.generation === generation) return latest;
  const controller = new AbortController();
  const watch = new PathWatch(client, peer, {}, (event) => controller.abort(new PathLostError(peer, event)));
  const path = { client, generation, signal: controller.signal, watch };
  watched.set(peer, [...known, path].slice(-MOST_WATCHES));
  if (known.length === MOST_WATCHES) known[0]?.watch.end();
  return path;
}
