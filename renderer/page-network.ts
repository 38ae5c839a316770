import type { ReconnectSource } from '../core/reconnect/reconnect-source.js';
import type { ConnectivitySnapshot } from '../ipc/snapshot.js';
import type { RoamkitClient } from './roamkit-client.js';

// As long as the main process delays its own signals by default (`reconnectJitterMs`), and for the same reason.
export const JITTER_MS = 50;

/** Whether packets to the internet leave at all, as far as the page knows. */
export function hasDefaultPath({ status, defaultPaths, capabilities }: ConnectivitySnapshot): boolean {
  return capabilities.backend === 'none'
    ? status !== 'offline'
    : (defaultPaths[4] ?? defaultPaths[6]) !== null;
}

// As the main process has it for its own connections: a family is `online` or `limited` only with a default path, and
// overall the better one counts.
const mayTry = (snapshot: ConnectivitySnapshot): boolean =>
  hasDefaultPath(snapshot) &&
  (snapshot.reconnectWhen !== 'online' || snapshot.status === 'online' || snapshot.status === 'limited');

/**
 * The network as a page's client tells of it, for a `Reconnector`. `isLocal` answers whether the peer is reached without a
 * default path.
 */
export function pageNetwork(
  client: RoamkitClient,
  random: () => number,
  isLocal: () => boolean,
): ReconnectSource {
  // Asked for a path in vain. A path that went and came back while connections were in doubt gives no signal of its own.
  let isAwaited = false;
  const hasPath = (): boolean => {
    isAwaited = !isLocal() && !mayTry(client.getSnapshot());
    return !isAwaited;
  };
  return {
    hasPath,
    get generation() {
      return client.getSnapshot().generation;
    },
    subscribe(listener): () => void {
      const stopSignals = client.on('reconnect', listener);
      const stopChanges = client.on('change', ({ previous, next }) => {
        const { generation, capabilities } = next;
        const wasAwaited = isAwaited;
        const isThere = hasPath();
        // Nobody signals where there is no bridge.
        const isUnsignalled =
          capabilities.backend === 'none' && generation !== previous.generation && !isLocal();
        if (!isUnsignalled && !(wasAwaited && isThere)) return;
        listener({
          generation,
          reason: null,
          cause: isThere ? 'path-appeared' : 'path-lost',
          urgency: isThere ? 'now' : 'wait',
          delayMs: isThere ? random() * JITTER_MS : 0,
        });
      });
      return () => {
        stopSignals();
        stopChanges();
      };
    },
  };
}
