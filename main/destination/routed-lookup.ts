import {
  type LookupAddress,
  type LookupAllOptions,
  type LookupOptions,
  lookup as systemLookup,
} from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { LookupOptions as RouteOptions } from '../../core/network-types.js';
import { type RoutingView, sortAddresses } from './sort-addresses.js';

/** How a name becomes addresses: `dns.lookup`, or what is called the same way with `all: true`. */
export type ResolveAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** How to make a {@link routedLookup}. */
export interface RoutedLookupOptions {
  /** How names become addresses. Default: `dns.lookup`. */
  readonly resolve?: ResolveAll;
  /** How the sockets will be bound, as for `monitor.lookup`. Default: not at all. */
  readonly route?: RouteOptions;
}

/**
 * A `lookup` function for `net.connect`, `tls.connect` and `http.Agent` that gives a host's addresses in the order of {@link
 * sortAddresses}, and fails at once with `ENETUNREACH` where none has a route.
 *
 * ```ts
 * const agent = new http.Agent({ keepAlive: true, lookup: routedLookup(monitor) });
 * ```
 *
 * It takes what `dns.lookup` takes (`family`, `hints`, `all`, `order`, `verbatim`). An order that puts a family first counts before
 * that of RFC 6724. A closed monitor leaves the addresses in the order in which they came.
 */
export function routedLookup(
  monitor: RoutingView & { readonly isClosed: boolean },
  options: RoutedLookupOptions = {},
): LookupFunction {
  const { resolve = systemLookup, route = {} } = options;
  return (hostname, given, callback) => {
    const asked: LookupOptions = typeof given === 'number' ? { family: given } : given;
    const { order: _order, verbatim: _verbatim, ...query } = asked;
    resolve(hostname, { ...query, all: true, verbatim: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      let sorted: LookupAddress[];
      try {
        sorted = monitor.isClosed ? found : sortFound(found, monitor, route);
      } catch (failure) {
        callback(failure as NodeJS.ErrnoException, []);
        return;
      }
      answer(hostname, familyFirst(sorted, asked), asked.all === true, callback);
    });
  };
}

function sortFound(
  found: readonly LookupAddress[],
  monitor: RoutingView,
  route: RouteOptions,
): LookupAddress[] {
  const families = new Map(found.map(({ address, family }) => [address, family]));
  return sortAddresses([...families.keys()], monitor, route).map((address) => ({
    address,
    family: families.get(address) ?? 0,
  }));
}

function familyFirst(sorted: LookupAddress[], { order, verbatim }: LookupOptions): LookupAddress[] {
  const isIpv4First = order === 'ipv4first' || (order === undefined && verbatim === false);
  if (!isIpv4First && order !== 'ipv6first') return sorted;
  const first = isIpv4First ? 4 : 6;
  return sorted.toSorted((one, other) => Number(other.family === first) - Number(one.family === first));
}

function answer(
  hostname: string,
  addresses: LookupAddress[],
  isAll: boolean,
  callback: Parameters<LookupFunction>[2],
): void {
  const [first] = addresses;
  if (first === undefined) callback(unreachable(hostname), []);
  else if (isAll) callback(null, addresses);
  else callback(null, first.address, first.family);
}

function unreachable(hostname: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException & { hostname?: string } = new Error(
    `lookup ENETUNREACH ${hostname}: none of its addresses has a route`,
  );
  error.code = 'ENETUNREACH';
  error.syscall = 'lookup';
  error.hostname = hostname;
  return error;
}
