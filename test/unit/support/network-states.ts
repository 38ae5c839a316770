import { diffNetwork, type NetworkChange } from '../../../core/network-diff.js';
import type { Capabilities, Family, Link, NetworkState, Path } from '../../../core/network-types.js';
import type { SnapshotSettings } from '../../../main/electron/snapshot-source.js';

export const WIFI: Path = {
  oif: 2,
  link: 'wlan0',
  gateway: '192.0.2.1',
  source: '192.0.2.10',
  table: 254,
  gatewayReachable: true,
};

export const ETHERNET: Path = {
  oif: 3,
  link: 'eth0',
  gateway: '198.51.100.1',
  source: '198.51.100.10',
  table: 254,
  gatewayReachable: true,
};

export const CAPABILITIES: Capabilities = {
  backend: 'netlink',
  events: true,
  routes: true,
  kernelLookup: true,
  socketDiagnosis: true,
  missing: [],
};

/** As `startRoamkit` has it by default. */
export const SETTINGS: SnapshotSettings = { exposeAddresses: false, reconnectWhen: 'path' };

const link = (ifindex: number, name: string): Link => ({
  ifindex,
  name,
  kind: null,
  isLoopback: name === 'lo',
  isUp: true,
  hasCarrier: true,
  masterIfindex: null,
});

/** A state whose IPv4 default path is `path`. */
export function stateWith(path: Path | null, generation: number, seq = generation): NetworkState {
  const status = path === null ? 'local' : 'online';
  return {
    seq,
    generation,
    status,
    families: { 4: status, 6: 'offline' },
    validated: false,
    portal: null,
    links: [link(1, 'lo'), link(2, 'wlan0'), link(3, 'eth0'), link(9, 'docker0')],
    addresses: [],
    rules: [],
    defaultPaths: { 4: path, 6: null },
  };
}

/** The change from one state to another. Fails where there is none. */
export function changeBetween(
  previous: NetworkState,
  next: NetworkState,
  lost: readonly Family[] = [],
): NetworkChange {
  const change = diffNetwork(previous, next, lost);
  if (change === null) throw new Error('these states do not differ');
  return change;
}
