import { invalidArgument } from '../../core/errors.js';
import type { Lookup, LookupOptions, NetworkState } from '../../core/network-types.js';
import { unmapped, withoutScope } from '../addresses.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import { scopedLookup } from '../monitor/scoped-lookup.js';
import { addressBits } from './address-bits.js';
import { type Candidate, compareDestinations } from './compare-destinations.js';

/** What a choice of destinations needs of a monitor. */
export type RoutingView = Pick<NetworkMonitor, 'state' | 'lookup' | 'lookupKernel' | 'capabilities'>;

/**
 * A host's addresses in the order in which to try them, without those that have no route: destination address selection by RFC
 * 6724 section 6, with the source addresses that the kernel would use now. IPv4-mapped IPv6 addresses are judged as IPv4;
 * link-local ones need their scope (`fe80::1%eth0`).
 *
 * ```ts
 * sortAddresses(['203.0.113.1', '2001:db8::1'], monitor); // ['203.0.113.1'] on a network without IPv6
 * ```
 *
 * `options` say how the socket will be bound, as for `monitor.lookup`; what is given a `source` keeps that family only.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on what is no IP literal, or an option that cannot be meant;
 * `ERR_ROAMKIT_CLOSED` once the monitor is closed.
 */
export function sortAddresses(
  addresses: readonly string[],
  monitor: RoutingView,
  options: LookupOptions = {},
): string[] {
  const { state } = monitor;
  return addresses
    .flatMap((address) => {
      const destination = addressBits(address);
      if (destination === null) throw invalidArgument('addresses', `'${address}' is no IP address`);
      if (!isOfFamily(address, options.source)) return [];
      const found = routeTo(unmapped(address), monitor, options);
      return found?.routable === true
        ? [{ address, candidate: candidateFor(destination, found, state) }]
        : [];
    })
    .sort((one, other) => compareDestinations(one.candidate, other.candidate))
    .map(({ address }) => address);
}

function isOfFamily(address: string, source: string | undefined): boolean {
  return source === undefined || unmapped(address).includes(':') === unmapped(source).includes(':');
}

// An address is left out only if mirror and kernel agree that it has no route: the mirror may be a moment behind.
function routeTo(address: string, monitor: RoutingView, options: LookupOptions): Lookup | null {
  const found = scopedLookup(monitor, address, options);
  if (found === null || (found.routable && found.certain) || !monitor.capabilities.kernelLookup) return found;
  try {
    return monitor.lookupKernel(address, options);
  } catch {
    // A question that cannot be put now (no descriptors left, say) is no answer: better to try in vain.
    return { ...found, routable: true };
  }
}

// Links whose packets travel inside those of another family or network (`ip link`'s kinds).
const TUNNELS: ReadonlySet<string | null> = new Set(['sit', 'ipip', 'ip6tnl', 'vti', 'vti6']);

function candidateFor(destination: bigint, found: Lookup, { addresses, links }: NetworkState): Candidate {
  const source = found.source === null ? null : addressBits(found.source);
  const sources = addresses.filter(
    ({ address }) => found.source !== null && address === withoutScope(found.source),
  );
  const own = sources.find(({ ifindex }) => ifindex === found.oif) ?? sources[0];
  const link = links.find(({ ifindex }) => ifindex === found.oif);
  return {
    destination,
    source,
    sourcePrefixLength: own?.prefixLength ?? 0,
    isSourceDeprecated: own?.isDeprecated ?? false,
    isNative: link === undefined || !TUNNELS.has(link.kind),
  };
}
