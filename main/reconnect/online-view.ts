import { diffNetwork, type NetworkChange } from '../../core/network-diff.js';
import type { Family, NetworkState, Path } from '../../core/network-types.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { PathView } from './path-view.js';

/**
 * The way to the internet once a portal detector has found it open: a default path that has not been probed yet, or that a portal
 * holds back, is as if it were not there. Where the probes get no answer (`limited`) all paths count: that is advice, and
 * the application's own servers may answer.
 */
export function onlineView(monitor: Pick<NetworkMonitor, 'on' | 'off' | 'state'>): PathView {
  return {
    get state() {
      return openPaths(monitor.state);
    },
    subscribe: (listener) => {
      const changed = (change: NetworkChange): void => {
        const seen = diffNetwork(openPaths(change.previous), openPaths(change.next), change.lostFamilies);
        if (seen === null) return;
        // A way that opens or closes is news to who waits for it, though it is the same path.
        listener({ ...seen, generationChanged: seen.families.length > 0 });
      };
      monitor.on('change', changed);
      return () => monitor.off('change', changed);
    },
  };
}

function openPaths(state: NetworkState): NetworkState {
  const { status, families, defaultPaths } = state;
  const isOpen = (family: Family): boolean =>
    status === 'limited' || (status === 'online' && families[family] === 'online');
  const ofFamily = (family: Family): Path | null => (isOpen(family) ? defaultPaths[family] : null);
  return { ...state, defaultPaths: { 4: ofFamily(4), 6: ofFamily(6) } };
}
