import type { NetworkStatus } from '../core/network-types.js';
import type { ConnectivitySnapshot } from '../ipc/snapshot.js';

/**
 * What a page knows by itself. `navigator.onLine` is believed only when it says `false`: `true` merely means that some
 * link is up, and virtual ones count (electron issue 11290). Each time it changes counts as a generation.
 */
export function snapshotWithoutBridge(why: string, generation = 0): ConnectivitySnapshot {
  const isOffline = typeof navigator !== 'undefined' && navigator.onLine === false;
  return snapshotOf(isOffline ? 'offline' : 'unknown', why, generation);
}

/**
 * What a server knows of the page that it renders: nothing. The page that hydrates what the server rendered begins with
 * the same, whatever it knows by then.
 */
export const serverSnapshot: ConnectivitySnapshot = snapshotOf('unknown', 'this was rendered on a server');

function snapshotOf(status: NetworkStatus, why: string, generation = 0): ConnectivitySnapshot {
  return {
    seq: 0,
    generation,
    status,
    families: { 4: status, 6: status },
    validated: false,
    portal: null,
    defaultPaths: { 4: null, 6: null },
    reconnectWhen: 'path',
    links: [],
    capabilities: {
      backend: 'none',
      events: false,
      routes: false,
      kernelLookup: false,
      socketDiagnosis: false,
      addresses: false,
      missing: [why],
    },
  };
}

/** Calls `changed` when `navigator.onLine` does; returns what stops it. */
export function watchOnLine(changed: () => void): () => void {
  if (typeof window === 'undefined') return () => {};
  const controller = new AbortController();
  for (const type of ['online', 'offline']) window.addEventListener(type, changed, controller);
  return () => controller.abort();
}
