import type { Random } from '../fixtures/random.js';

// A small world, so that operations meet: three links, a few subnets, tables, metrics and next-hop objects.
export const LINKS = ['v0', 'w0', 'x0'] as const;
const TABLES = ['main', 'main', 'main', '100', '200'] as const;
const METRICS = ['', '', ' metric 50', ' metric 100', ' metric 100', ' metric 600'] as const;
const V4_PREFIXES = [
  ...['default', 'default', '10.0.0.0/8', '10.1.0.0/16', '10.1.1.0/24', '10.1.1.7/32'],
  ...['0.0.0.0/1', '128.0.0.0/1', '203.0.113.0/24'],
] as const;
const V6_PREFIXES = [
  ...['default', 'default', '2001:db8:a::/48', '2001:db8:a:1::/64', '2001:db8:a:1::7/128', '2000::/3'],
] as const;
const V4_GATEWAYS = [
  '192.0.2.254',
  '192.0.2.253',
  '198.51.100.254',
  '198.51.100.253',
  '100.64.0.254',
] as const;
const V6_GATEWAYS = ['2001:db8:1::fe', '2001:db8:1::fd', '2001:db8:2::fe', '2001:db8:3::fe'] as const;
const V4_ADDRESSES = [
  ...['192.0.2.1/24', '192.0.2.2/24', '198.51.100.1/24', '100.64.0.1/24', '192.0.2.77/32', '10.1.1.9/24'],
] as const;
const V6_ADDRESSES = [
  '2001:db8:1::1/64',
  '2001:db8:2::1/64',
  '2001:db8:3::1/64',
  '2001:db8:1::2/64',
] as const;
/** Stands in a line for the namespace that links leave for. */
export const ELSEWHERE = 'ELSEWHERE';

const NEXT_HOPS = [1, 2, 3, 4, 5] as const;
const GROUPS = [11, 12, 13] as const;
const MARKS = ['0x1', '0x2', '0x10/0xf0'] as const;
const SPECIAL = ['blackhole', 'unreachable', 'prohibit', 'throw'] as const;

type Generate = (random: Random) => string;

/**
 * Lines of `ip -force -batch`, or `sysctl KEY=VALUE`; many will be refused by the kernel, which is as good a test.
 */
const generators: readonly [Generate, ...Generate[]] = [
  (random) => `link set ${random.pick(LINKS)} ${random.pick(['up', 'up', 'down'])}`,
  (random) => `link set ${random.pick(['v1', 'w1', 'x1'])} ${random.pick(['up', 'up', 'down'])}`,
  (random) => `addr add ${random.pick(V4_ADDRESSES)} dev ${random.pick(LINKS)}`,
  (random) => `addr add ${random.pick(V4_ADDRESSES)} dev ${random.pick(LINKS)}`,
  (random) => `addr del ${random.pick(V4_ADDRESSES)} dev ${random.pick(LINKS)}`,
  (random) => `addr add ${random.pick(V6_ADDRESSES)} dev ${random.pick(LINKS)} nodad`,
  (random) => `addr del ${random.pick(V6_ADDRESSES)} dev ${random.pick(LINKS)}`,
  ...Array.from({ length: 6 }, () => v4Route),
  ...Array.from({ length: 4 }, () => v6Route),
  v4Multipath,
  v6Multipath,
  nextHop,
  nextHop,
  nextHop,
  nextHopGroup,
  (random) => `nexthop del id ${random.pick([...NEXT_HOPS, ...GROUPS] as const)}`,
  ...Array.from({ length: 3 }, () => nextHopRoute),
  (random) => `route del ${random.pick(V4_PREFIXES)}${random.pick(METRICS)} table ${random.pick(TABLES)}`,
  (random) =>
    `route del ${random.pick(V4_PREFIXES)} via ${random.pick(V4_GATEWAYS)} table ${random.pick(TABLES)}`,
  (random) => `-6 route del ${random.pick(V6_PREFIXES)}${random.pick(METRICS)} table ${random.pick(TABLES)}`,
  (random) =>
    `-6 route del ${random.pick(V6_PREFIXES)} via ${random.pick(V6_GATEWAYS)} table ${random.pick(TABLES)}`,
  (random) => `route flush table ${random.pick(['100', '200'])}`,
  rule,
  rule,
  linkChurn,
  linkChurn,
  sysctl,
  (random) => `${family(random)}rule del priority ${priority(random)}`,
  (random) => `${family(random)}rule del priority ${priority(random)}`,
];

function family(random: Random): string {
  return random.pick(['', '-6 ']);
}

function priority(random: Random): number {
  return 100 + 10 * random.below(6);
}

function v4Route(random: Random): string {
  const verb = random.pick(['add', 'add', 'replace', 'append', 'prepend']);
  const prefix = random.pick(V4_PREFIXES);
  const tail = `${random.pick(METRICS)} table ${random.pick(TABLES)}`;
  if (random.chance(0.15)) return `route ${verb} ${random.pick(SPECIAL)} ${prefix}${tail}`;
  if (random.chance(0.15)) return `route ${verb} ${prefix} dev ${random.pick(LINKS)} scope link${tail}`;
  if (random.chance(0.1))
    return `route ${verb} ${prefix} via inet6 ${random.pick(V6_GATEWAYS)} dev ${random.pick(LINKS)}${tail}`;
  const source = random.maybe(0.15, () => `src ${random.pick(V4_ADDRESSES).split('/')[0]}`);
  const tos = random.maybe(0.1, () => 'tos 0x10');
  const onlink = random.maybe(0.1, () => `dev ${random.pick(LINKS)} onlink`);
  return `route ${verb} ${prefix} via ${random.pick(V4_GATEWAYS)}${onlink}${source}${tos}${tail}`;
}

function v6Route(random: Random): string {
  const verb = random.pick(['add', 'add', 'replace', 'append']);
  const prefix = random.pick(V6_PREFIXES);
  const tail = `${random.pick(METRICS)} table ${random.pick(TABLES)}`;
  // With a metric of their own: a dump leaves out what stands between two legs of one metric (the kernel walks past the
  // siblings), so that there the mirror knows more than a fresh dump.
  if (random.chance(0.15))
    return `-6 route ${verb} ${random.pick(SPECIAL)} ${prefix} metric 333 table ${random.pick(TABLES)}`;
  if (random.chance(0.15))
    return `-6 route ${verb} ${prefix} dev ${random.pick(LINKS)} metric 222 table ${random.pick(TABLES)}`;
  // With a metric of their own and one at a time: no message tells the preference of each leg of a multipath route.
  if (random.chance(0.2)) {
    const preference = random.pick(['low', 'medium', 'high']);
    return `-6 route replace ${prefix} via ${random.pick(V6_GATEWAYS)} pref ${preference} metric 777 table ${random.pick(TABLES)}`;
  }
  return `-6 route ${verb} ${prefix} via ${random.pick(V6_GATEWAYS)}${tail}`;
}

function v4Multipath(random: Random): string {
  const legs = V4_GATEWAYS.filter(() => random.chance(0.5)).map((gateway) => ` nexthop via ${gateway}`);
  const verb = random.pick(['add', 'replace', 'append']);
  return `route ${verb} ${random.pick(V4_PREFIXES)}${random.pick(METRICS)} table ${random.pick(TABLES)}${legs.join('')}`;
}

function v6Multipath(random: Random): string {
  const legs = V6_GATEWAYS.filter(() => random.chance(0.5)).map((gateway) => ` nexthop via ${gateway}`);
  const verb = random.pick(['add', 'replace', 'append']);
  return `-6 route ${verb} ${random.pick(V6_PREFIXES)}${random.pick(METRICS)} table ${random.pick(TABLES)}${legs.join('')}`;
}

// A link that others do not build on comes, goes, changes its name, joins a bridge and leaves for another namespace.
function linkChurn(random: Random): string {
  return random.pick([
    'link add y0 type veth peer name y1',
    'link add y0 type veth peer name y1',
    'link set y0 up',
    'link set y1 up',
    'link set y1 down',
    'addr add 172.16.0.1/16 dev y0',
    'addr add 10.1.1.9/24 dev y0',
    'route add 10.1.0.0/16 via 172.16.0.254',
    'nexthop add id 5 via 172.16.0.253 dev y0',
    'link del y1',
    `link set y0 netns ${ELSEWHERE}`,
    'link add br0 type bridge',
    'link set br0 up',
    'link set y0 master br0',
    'link set y0 nomaster',
    'link del br0',
    'link set x0 name renamed',
    'link set renamed name x0',
    `link set ${random.pick(LINKS)} mtu ${random.pick([1400, 1500])}`,
  ]);
}

function sysctl(random: Random): string {
  const link = random.pick([...LINKS, 'all', 'default'] as const);
  const key = random.pick([
    'net.ipv4.nexthop_compat_mode',
    'net.ipv4.conf.all.promote_secondaries',
    `net.ipv6.conf.${link}.keep_addr_on_down`,
    'net.ipv6.route.skip_notify_on_dev_down',
  ]);
  return `sysctl ${key}=${random.below(2)}`;
}

function nextHop(random: Random): string {
  const verb = random.pick(['add', 'replace']);
  const id = random.pick(NEXT_HOPS);
  if (random.chance(0.1)) return `nexthop ${verb} id ${id} blackhole`;
  if (random.chance(0.15)) return `${family(random)}nexthop ${verb} id ${id} dev ${random.pick(LINKS)}`;
  const gateway = random.chance(0.5) ? random.pick(V4_GATEWAYS) : random.pick(V6_GATEWAYS);
  const onlink = random.maybe(0.3, () => 'onlink');
  return `nexthop ${verb} id ${id} via ${gateway} dev ${random.pick(LINKS)}${onlink}`;
}

function nextHopGroup(random: Random): string {
  const members = NEXT_HOPS.filter(() => random.chance(0.4)).map(
    (id) => `${id}${random.chance(0.3) ? ',3' : ''}`,
  );
  return `nexthop ${random.pick(['add', 'replace'])} id ${random.pick(GROUPS)} group ${members.join('/') || 1}`;
}

function nextHopRoute(random: Random): string {
  const six = random.chance(0.4);
  const verb = random.pick(six ? ['add', 'replace', 'append'] : ['add', 'replace', 'append', 'prepend']);
  const prefix = six ? random.pick(V6_PREFIXES) : random.pick(V4_PREFIXES);
  // IPv6: with a metric of their own, see v6Route().
  const metric = six ? ' metric 555' : random.pick(METRICS);
  const id = random.pick([...NEXT_HOPS, ...GROUPS]);
  return `${six ? '-6 ' : ''}route ${verb} ${prefix} nhid ${id}${metric} table ${random.pick(TABLES)}`;
}
const SELECTORS = [
  'uidrange 1000-2000',
  'uidrange 0-0',
  'ipproto tcp',
  'ipproto udp',
  'sport 1000-2000',
  'dport 443',
  'tos 0x10',
  'iif lo',
  'iif w0',
] as const;

function rule(random: Random): string {
  const six = random.chance(0.5);
  const from = random.maybe(0.3, () => `from ${six ? random.pick(V6_ADDRESSES) : random.pick(V4_ADDRESSES)}`);
  const to = random.maybe(0.3, () => `to ${six ? '2001:db8:a::/48' : '10.0.0.0/8'}`);
  const mark = random.maybe(0.3, () => `fwmark ${random.pick(MARKS)}`);
  const oif = random.maybe(0.15, () => `oif ${random.pick(LINKS)}`);
  const rest = random.maybe(0.3, () => random.pick(SELECTORS));
  const selectors = `${from}${to}${mark}${oif}${rest}`;
  const not = random.chance(0.15) && selectors !== '' ? ' not' : '';
  const action = random.chance(0.8)
    ? `table ${random.pick(['main', '100', '200', 'local'])}${random.maybe(0.2, () => 'suppress_prefixlength 0')}`
    : random.pick(['blackhole', 'unreachable', 'prohibit', `goto ${priority(random) + 10}`, 'nop']);
  return `${six ? '-6 ' : ''}rule add${not} priority ${priority(random)}${selectors} ${action}`;
}

/** A burst of operations. `seed` decides which of two features that clash it may use. */
export function burst(random: Random, length: number, seed: number): string[] {
  const lines = Array.from({ length }, () => random.pick(generators)(random));
  return ignoresLinkdown(seed) ? lines.filter((line) => !line.includes(' via inet6 ')) : lines;
}

/**
 * Whether routes by links without a carrier are passed by. An IPv4 route over an IPv6 gateway that is made while its
 * link has none is not marked as linkdown (fib_check_nh_v6_gw drops the flag), so that the kernel goes on using it; no
 * message and no dump tells. A seed has one or the other.
 */
export function ignoresLinkdown(seed: number): boolean {
  return seed % 4 < 2;
}

/** A question: how would a packet leave? */
export interface Question {
  readonly destination: string;
  readonly source?: string;
  readonly oif?: number;
  readonly mark?: number;
  readonly uid?: number;
  readonly tos?: number;
  readonly protocol?: 'tcp' | 'udp';
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

const V4_DESTINATIONS = [
  ...['10.1.1.7', '10.1.1.8', '10.1.2.1', '10.9.9.9', '8.8.8.8', '203.0.113.5', '192.0.2.254', '192.0.2.1'],
  ...['198.51.100.77', '100.64.0.9', '127.0.0.1', '198.41.0.4', '0.0.0.0', '255.255.255.255', '224.0.0.1'],
  ...['239.1.1.1', '192.0.2.255'],
] as const;
const V6_DESTINATIONS = [
  ...[
    '2001:db8:a:1::7',
    '2001:db8:a:1::8',
    '2001:db8:a:2::1',
    '2001:db8:1::99',
    '2001:db8:2::1',
    '2600::1',
    '::1',
    '::',
    'ff0e::1%v0',
    'fe80::9%w0',
  ],
] as const;

/** A question about the small world, IPv4 or IPv6. `ifindexes`: of its links. */
export function question(random: Random, ifindexes: readonly [number, ...number[]]): Question {
  const six = random.chance(0.5);
  const sources = six ? V6_ADDRESSES : V4_ADDRESSES;
  return {
    destination: random.pick<string>(six ? V6_DESTINATIONS : V4_DESTINATIONS),
    ...(random.chance(0.3) ? { source: random.pick<string>(sources).split('/')[0] ?? '' } : {}),
    ...(random.chance(0.25) ? { oif: random.pick(ifindexes) } : {}),
    ...(random.chance(0.3) ? { mark: random.pick([1, 2, 0x10, 0x50]) } : {}),
    ...(random.chance(0.2) ? { uid: random.pick([0, 1500]) } : {}),
    ...(random.chance(0.2) ? { tos: random.pick([0, 0x10, 0x13, 0x28]) } : {}),
    ...(random.chance(0.2) ? { protocol: random.pick(['tcp', 'udp']) } : {}),
    ...(random.chance(0.2) ? { sourcePort: random.pick([1500, 3000]) } : {}),
    ...(random.chance(0.2) ? { destinationPort: random.pick([80, 443]) } : {}),
  };
}
