import { pathText as corePathText } from '../../../core/network-diff.js';
import type {
  Address,
  Link,
  NetworkStatus,
  NextHop,
  Path,
  Route,
  Rule,
} from '../../../core/network-types.js';
import type { Colour, Paint } from './paint.js';
import { printable } from './printable.js';

const MAIN_TABLE = 254;
const TABLE_NAMES = new Map([
  [253, 'default'],
  [MAIN_TABLE, 'main'],
  [255, 'local'],
]);

const STATUS_COLOURS: { readonly [S in NetworkStatus]: Colour } = {
  unknown: 'gray',
  offline: 'red',
  local: 'yellow',
  limited: 'yellow',
  portal: 'yellow',
  online: 'green',
};

/** A status in its colour. */
export function statusText(status: NetworkStatus, paint: Paint): string {
  return paint(STATUS_COLOURS[status], status);
}

/** A table by the name `ip route` knows it by, else its number. */
export function tableText(table: number): string {
  return TABLE_NAMES.get(table) ?? String(table);
}

/** A path: `wlan0 via 192.0.2.1`, `none`. */
export function pathText(path: Path | null): string {
  return printable(corePathText(path));
}

/** What a link can do now: `up`, `no carrier`, `down`. */
function linkState({ isUp, hasCarrier }: Link): 'up' | 'no carrier' | 'down' {
  if (!isUp) return 'down';
  return hasCarrier ? 'up' : 'no carrier';
}

/** A link's state in its colour. */
export function linkStateText(link: Link, paint: Paint, width = 0): string {
  const state = linkState(link);
  const colour = state === 'up' ? 'green' : state === 'down' ? 'red' : 'yellow';
  return paint(colour, state.padEnd(width));
}

/** What made a link: `loopback`, `veth`, …; `-` for hardware. */
export function linkKind(link: Link): string {
  return link.isLoopback ? 'loopback' : printable(link.kind ?? '-');
}

/** An address with what is odd about it: `192.0.2.7/24`, `2001:db8::1/64 (tentative)`. */
export function addressText(address: Address): string {
  const flags = [
    address.isTentative && 'tentative',
    address.isDadFailed && 'dad-failed',
    address.isDeprecated && 'deprecated',
    address.isSecondary && 'secondary',
  ].filter((flag) => flag !== false);
  const suffix = flags.length === 0 ? '' : ` (${flags.join(', ')})`;
  return `${address.address}/${address.prefixLength}${suffix}`;
}

// The longest IPv4 prefix, and the common IPv6 one; longer ones push their line aside.
const PREFIX_WIDTH = 18;

/** A route, much as `ip route` prints it; its table where that is not the main one. */
export function routeText(route: Route, paint: Paint): string {
  const words = route.nexthops.length === 1 ? route.nexthops.map(nextHopText) : [];
  if (route.nexthopId !== null) words.push(`nhid ${route.nexthopId}`);
  if (route.table !== MAIN_TABLE) words.push(`table ${tableText(route.table)}`);
  if (route.metric !== 0) words.push(`metric ${route.metric}`);
  if (route.tos !== 0) words.push(`tos ${route.tos}`);
  if (route.source !== null) words.push(`src ${route.source}`);
  if (route.scope !== 'global') words.push(`scope ${route.scope}`);
  if (route.pref !== null && route.pref !== 'medium') words.push(`pref ${route.pref}`);
  words.push(`proto ${route.protocol}`);
  const legs = route.nexthops.length > 1 ? route.nexthops.map(legText) : [];
  const type = route.type === 'unicast' ? '' : `${paint('yellow', route.type)} `;
  return `${paint('cyan', route.dst.padEnd(PREFIX_WIDTH))}  ${type}${words.join('  ')}${legs.join('')}`;
}

/** A leg, as `ip route` prints it: `via 192.0.2.254 dev eth0 onlink`. */
export function nextHopText({ gateway, link, oif, flags }: NextHop): string {
  const words = [];
  if (gateway !== null) words.push(`via ${gateway}`);
  if (oif !== null) words.push(`dev ${printable(link ?? `#${oif}`)}`);
  return [...words, ...flags].join(' ');
}

function legText(hop: NextHop): string {
  return `\n${' '.repeat(PREFIX_WIDTH)}  leg ${nextHopText(hop)} weight ${hop.weight}`;
}

/** A rule, as `ip rule` prints it. */
export function ruleText(rule: Rule): string {
  const words = [`${rule.priority}:`];
  if (rule.isInverted) words.push('not');
  words.push(`from ${rule.from ?? 'all'}`);
  if (rule.to !== null) words.push(`to ${rule.to}`);
  if (rule.tos !== 0) words.push(`tos 0x${rule.tos.toString(16)}`);
  if (rule.iif !== null) words.push(`iif ${printable(rule.iif)}`);
  if (rule.oif !== null) words.push(`oif ${printable(rule.oif)}`);
  if (rule.fwmark !== null) words.push(`fwmark 0x${rule.fwmark.toString(16)}${maskText(rule.fwmask)}`);
  if (rule.uidRange !== null) words.push(`uidrange ${rule.uidRange.join('-')}`);
  if (rule.ipProtocol !== null) words.push(`ipproto ${rule.ipProtocol}`);
  if (rule.sourcePorts !== null) words.push(`sport ${rangeText(rule.sourcePorts)}`);
  if (rule.destinationPorts !== null) words.push(`dport ${rangeText(rule.destinationPorts)}`);
  words.push(...actionWords(rule));
  if (rule.suppressPrefixLength !== null) words.push(`suppress_prefixlength ${rule.suppressPrefixLength}`);
  if (rule.suppressIfgroup !== null) words.push(`suppress_ifgroup ${rule.suppressIfgroup}`);
  return `${words.join(' ')} (IPv${rule.family})`;
}

function actionWords({ action, table, gotoPriority, isL3mdev }: Rule): string[] {
  if (action === 'goto') return ['goto', String(gotoPriority ?? 'none')];
  if (action !== 'lookup') return [action];
  return ['lookup', isL3mdev ? '[l3mdev-table]' : tableText(table ?? 0)];
}

function rangeText([first, last]: readonly [number, number]): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function maskText(mask: number | null): string {
  return mask === null || mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`;
}
