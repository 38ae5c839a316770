import { getRoamkit } from './get-roamkit.js';
import { PathLostError } from './path-lost-error.js';
import type { PageConnection, RoamkitClient } from './roamkit-client.js';

/** The watch over the path to one peer, as it was in one generation. */
interface PathWatch {
  readonly client: RoamkitClient;
  readonly generation: number;
  readonly signal: AbortSignal;
  readonly end: () => void;
}

// Requests outlive a change of the path, but seldom several; each watch counts among those that a window may have.
const MOST_WATCHES = 4;

const watches = new Map<string, PathWatch[]>();

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
  const { protocol, host } = new URL(url, globalThis.document?.baseURI);
  if (!/^(http|ws)s?:$/.test(protocol)) return new AbortController().signal;
  const client = getRoamkit();
  const { generation } = client.getSnapshot();
  const peer = `${protocol}//${host}`;
  const known = watches.get(peer) ?? [];
  const latest = known.at(-1);
  if (latest?.client === client && latest.generation === generation && !latest.signal.aborted) {
    return latest.signal;
  }
  const watch = watchPath(client, generation, peer);
  const kept = [...known.filter(({ signal }) => !signal.aborted), watch];
  for (const old of kept.splice(0, kept.length - MOST_WATCHES)) old.end();
  watches.set(peer, kept);
  return watch.signal;
}

function watchPath(client: RoamkitClient, generation: number, peer: string): PathWatch {
  const controller = new AbortController();
  let connection: PageConnection | null = null;
  let isEnded = false;
  const stopListening = client.on('invalidated', (event) => {
    if (event.owner !== 'page' || event.id !== connection?.id) return;
    end();
    controller.abort(new PathLostError(peer, event));
  });
  const end = (): void => {
    isEnded = true;
    stopListening();
    connection?.untrack();
  };
  // Refused: then the request is one like any other.
  void client
    .track(peer)
    .catch(() => null)
    .then((tracked) => {
      if (isEnded) tracked?.untrack();
      else connection = tracked;
    });
  return { client, generation, signal: controller.signal, end };
}
