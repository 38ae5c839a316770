import type { Address, DefaultPaths, Family, Link, NetworkStatus } from './network-types.js';

/** What the status of a family is computed from. */
export interface StatusInput {
  readonly links: readonly Link[];
  readonly addresses: readonly Address[];
  readonly defaultPaths: DefaultPaths;
}

/** A family's status from routing alone, with no probe: `offline`, `local` or `online` (NetworkStatus says what each means). */
export function familyStatus(family: Family, { links, addresses, defaultPaths }: StatusInput): NetworkStatus {
  if (defaultPaths[family] !== null) return 'online';
  const usable = new Set(
    links.filter((link) => !link.isLoopback && link.isUp && link.hasCarrier).map((l) => l.ifindex),
  );
  const isReachable = addresses.some(
    (address) =>
      address.family === family &&
      usable.has(address.ifindex) &&
      !address.isTentative &&
      !address.isDadFailed &&
      // Every link that is up has an IPv6 link-local address; it says nothing about a network.
      (family === 4 || address.scope !== 'link'),
  );
  return isReachable ? 'local' : 'offline';
}

/**
 * Whether requests to the internet may get anywhere. `false` with no usable link, no default route, or a captive portal in
 * between; `true` also where the status is `limited` (a probe without an answer is advice) or not known.
 */
export function mayReachInternet(status: NetworkStatus): boolean {
  return status !== 'offline' && status !== 'local' && status !== 'portal';
}

const RANK: { readonly [S in NetworkStatus]: number } = {
  unknown: 0,
  offline: 1,
  local: 2,
  limited: 3,
  portal: 4,
  online: 5,
};

/** The overall status: the better of both families'. */
export function overallStatus(families: {
  readonly 4: NetworkStatus;
  readonly 6: NetworkStatus;
}): NetworkStatus {
  return RANK[families[4]] >= RANK[families[6]] ? families[4] : families[6];
}
