import type { Family, Route } from '../../../core/network-types.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';

// Far more than a laptop's routes, few enough to be asked in a blink; of a router's million, a cross-section.
const MOST_ROUTES = 500;

// Nobody's own (docs/adr/0003-the-default-path-is-a-lookup.md).
const INTERNET: { readonly [F in Family]: string } = { 4: '198.41.0.4', 6: '2001:503:ba3e::2:30' };

/** Destinations that between them use most of what is in the mirror: out there, own addresses, and in each prefix. */
export function sampleDestinations(monitor: NetworkMonitor): string[] {
  const { addresses } = monitor.state;
  const own = addresses.filter(({ scope }) => scope === 'global').map(({ address }) => address);
  const stride = Math.ceil(Math.max(1, monitor.stats.routes / MOST_ROUTES));
  const inRoutes: string[] = [];
  let index = 0;
  for (const route of monitor.routes()) {
    if (index++ % stride !== 0 || !isWorthAsking(route)) continue;
    const [network = ''] = route.dst.split('/');
    inRoutes.push(network);
  }
  return [...new Set([INTERNET[4], INTERNET[6], ...own, ...inRoutes])];
}

// Link-local and multicast destinations need a link to be told; 0.0.0.0 and :: stand for the default route.
function isWorthAsking({ dst }: Route): boolean {
  return !/^(?:0\.0\.0\.0|::)\/0$|^fe[89ab]|^ff|^22[4-9]\.|^23\d\./.test(dst);
}
