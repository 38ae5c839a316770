import type { ReconnectSource } from '../core/reconnect/reconnect-source.js';
import type { ReconnectSignal } from '../core/reconnect/signal.js';
import type { ConnectivitySnapshot } from '../ipc/snapshot.js';
import type { RoamkitClient } from './roamkit-client.js';

// As long as the main process delays its own signals by default (`reconnectJitterMs`).
const JITTER_MS = 50;

/** Whether packets to the internet leave at all, as far as the page knows. */
export function hasDefaultPath({ status, defaultPaths, capabilities }: ConnectivitySnapshot): boolean {
  return capabilities.backend === 'none'
    ? status !== 'offline'
    : defaultPaths[4] !== null || defaultPaths[6] !== null;
}

/**
 * The network as a page's client tells of it, for a `Reconnector`. Without a bridge it is what `navigator.onLine` says, and each
 * time it says so anew counts as a generation. `isLocal` answers whether the peer is reached without a default path.
 */
export function pageNetwork(
  client: RoamkitClient,
  random: () => number,
  isLocal: () => boolean,
): ReconnectSource {
  let onLineChanges = 0;
  // Asked for a path in vain. A path that went and came back while connections were in doubt gives no signal of its own.
  let isAwaited = false;
  const hasPath = (): boolean => {
    const isThere = isLocal() || hasDefaultPath(client.getSnapshot());
    isAwaited = !isThere;
    return isThere;
  };
  const generation = (): number => {
    const snapshot = client.getSnapshot();
    return snapshot.capabilities.backend === 'none' ? onLineChanges : snapshot.generation;
  };
  const signal = (): ReconnectSignal => {
    const base = { generation: generation(), reason: null };
    return isAwaited
      ? { ...base, cause: 'path-lost', urgency: 'wait', delayMs: 0 }
      : { ...base, cause: 'path-appeared', urgency: 'now', delayMs: random() * JITTER_MS };
  };
  return {
    hasPath,
    get generation() {
      return generation();
    },
    subscribe(listener: (signal: ReconnectSignal) => void): () => void {
      const stops = [
        client.on('reconnect', listener),
        client.on('change', ({ previous, next }) => {
          const isOnLineChange =
            next.capabilities.backend === 'none' && previous.status !== next.status && !isLocal();
          if (isOnLineChange) onLineChanges += 1;
          const wasAwaited = isAwaited;
          if (hasPath() ? isOnLineChange || wasAwaited : isOnLineChange) listener(signal());
        }),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
