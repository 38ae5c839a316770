import { isIP } from 'node:net';
import { FAMILIES } from '../../core/families.js';
import { diffNetwork, type NetworkChange } from '../../core/network-diff.js';
import type { Family, Lookup, NetworkState, Path } from '../../core/network-types.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import { scopedLookup } from '../monitor/scoped-lookup.js';

/** What a view needs of a monitor. */
export type ViewedMonitor = Pick<
  NetworkMonitor,
  'on' | 'off' | 'state' | 'isClosed' | 'lookup' | 'lookupKernel' | 'capabilities'
>;

/** The part of the network that somebody's connections depend on, as a state whose default paths are those that count. */
export interface PathView {
  readonly state: NetworkState;
  /** Calls `listener` when `state` has become another one that matters; returns what ends that. */
  subscribe(listener: (change: NetworkChange) => void): () => void;
}

/** The way to the internet. */
export function defaultPathsView(monitor: Pick<NetworkMonitor, 'on' | 'off' | 'state'>): PathView {
  return {
    get state() {
      return monitor.state;
    },
    subscribe: (listener) => {
      const changed = (change: NetworkChange): void => listener(change);
      monitor.on('change', changed);
      return () => monitor.off('change', changed);
    },
  };
}

/** The way to one peer with these addresses. Its generation grows when that way changes, and then only. */
export function destinationView(monitor: ViewedMonitor, addresses: readonly string[]): PathView {
  const pathNow = (family: Family): Path | null => {
    for (const address of addresses) {
      if (isIP(address) !== family) continue;
      const found = lookup(monitor, address);
      const path = found === null ? null : pathOf(found);
      if (path !== null) return path;
    }
    return null;
  };
  const stateNow = (generation: number): NetworkState => ({
    ...monitor.state,
    generation,
    defaultPaths: { 4: pathNow(4), 6: pathNow(6) },
  });
  let state = stateNow(monitor.state.generation);
  return {
    get state() {
      return state;
    },
    subscribe: (listener) => {
      const applied = (): void => {
        if (monitor.isClosed) return;
        const previous = state;
        const next = stateNow(previous.generation);
        const lost = FAMILIES.filter((family) => isLost(previous.defaultPaths[family], family, next));
        const change = diffNetwork(previous, next, lost);
        if (change === null) return;
        const isMoved = change.families.length > 0;
        state = isMoved ? { ...next, generation: previous.generation + 1 } : next;
        listener({ ...change, next: state, generationChanged: isMoved });
      };
      // Routes to a single destination come and go without a `change`.
      monitor.on('batch', applied);
      return () => monitor.off('batch', applied);
    },
  };
}

/** Whether nothing can be left of a path, rather than that a better one came up. */
function isLost(path: Path | null, family: Family, { defaultPaths, links }: NetworkState): boolean {
  if (path === null) return false;
  const link = links.find(({ ifindex }) => ifindex === path.oif);
  return defaultPaths[family] === null || link?.isUp !== true || !link.hasCarrier;
}

function lookup(monitor: ViewedMonitor, address: string): Lookup | null {
  const found = scopedLookup(monitor, address);
  if (found === null || found.certain || !monitor.capabilities.kernelLookup) return found;
  try {
    return monitor.lookupKernel(address);
  } catch {
    // A question that cannot be put now (no descriptors left, say) leaves what the mirror knows.
    return found;
  }
}

function pathOf({ routable, oif, link, gateway, source, table }: Lookup): Path | null {
  if (!routable || oif === null || link === null) return null;
  return { oif, link, gateway, source, table: table ?? 0, gatewayReachable: true };
}
