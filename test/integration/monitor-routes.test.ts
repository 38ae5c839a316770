import { expect, it } from 'vitest';
import { NetworkMonitor, type Route } from '../../main/index.js';
import { settled } from '../fixtures/settled.js';
import { carrierLost, type Host, Lab, twoLinkLab } from '../lab/index.js';

// routes(): pages over a table that changes while one reads it.

const TABLE = 900;

/** 10.0.0.0/32 and up. */
function destination(n: number): string {
  return `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`;
}

async function hostWithRoutes(lab: Lab, count: number): Promise<Host> {
  const host = await lab.host('router');
  await host.ip(
    Array.from({ length: count }, (_, n) => `route add blackhole ${destination(n)} table ${TABLE}`),
  );
  return host;
}

it('lists 20,000 routes, each once, in order', async () => {
  await using lab = await Lab.create();
  const host = await hostWithRoutes(lab, 20_000);
  await using monitor = await NetworkMonitor.start({ netns: host.netns });
  const listed = [...monitor.routes({ table: TABLE })].map(({ dst }) => dst);
  expect(listed).toEqual(Array.from({ length: 20_000 }, (_, n) => destination(n)));
});

it('lists what stays exactly once, while before, at and behind the reader routes come and go', async () => {
  await using lab = await Lab.create();
  const host = await hostWithRoutes(lab, 20_000);
  await using monitor = await NetworkMonitor.start({ netns: host.netns });
  const listed: string[] = [];
  for (const { dst } of monitor.routes({ table: TABLE })) {
    listed.push(dst);
    const at = listed.length - 1;
    if (at % 2048 !== 511) continue;
    // The reader stands at the end of a page: what it read last goes, so does the next; others come on both sides.
    await host.ip([
      ...[at - 1, at, at + 1].map((n) => `route del blackhole ${destination(n)} table ${TABLE}`),
      `route add blackhole 9.0.${at >> 8}.0/24 table ${TABLE}`,
      `route add blackhole 10.${destination(at).split('.')[1]}.${destination(at).split('.')[2]}.0/24 table ${TABLE}`,
      `route add blackhole 11.0.${at >> 8}.0/24 table ${TABLE}`,
    ]);
    await settled(monitor, host);
  }
  const counts = new Map<string, number>();
  for (const dst of listed) counts.set(dst, (counts.get(dst) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  const staying = [...monitor.routes({ table: TABLE })]
    .map(({ dst }) => dst)
    .filter((dst) => /^10\..*\/32$/.test(dst));
  expect(staying.length).toBe(20_000 - 30);
  expect(staying.filter((dst) => !counts.has(dst))).toEqual([]);
});

it('lists the routes of one prefix together, however many there are', async () => {
  await using lab = await Lab.create();
  const host = await lab.host('router');
  await host.ip(
    Array.from({ length: 1500 }, (_, n) => `route add blackhole 10.0.0.0/8 metric ${n} table ${TABLE}`),
  );
  await using monitor = await NetworkMonitor.start({ netns: host.netns });
  const metrics = [...monitor.routes({ table: TABLE })].map(({ metric }) => metric);
  expect(metrics).toEqual(Array.from({ length: 1500 }, (_, n) => n));
});

it('takes a filter by table, family and link, and all of them', async () => {
  await using lab = await Lab.create();
  const [host, other] = await Promise.all([lab.host('router'), lab.host('other')]);
  const link = await lab.link(host, other, { addresses: [['192.0.2.1/24', '2001:db8::1/64'], []] });
  await host.ip([
    `route add 10.0.0.0/8 via 192.0.2.2 table ${TABLE}`,
    `route add 2001:db8:9::/48 dev ${link.a.name} table ${TABLE}`,
  ]);
  await using monitor = await NetworkMonitor.start({ netns: host.netns });
  const list = (filter: Parameters<typeof monitor.routes>[0]) => [...monitor.routes(filter)];
  const all = list({});
  const oif = await link.a.ifindex();
  const isOn = ({ nexthops }: Route) => nexthops.some((leg) => leg.oif === oif);
  expect(list({ table: TABLE }).map(({ dst }) => dst)).toEqual(['10.0.0.0/8', '2001:db8:9::/48']);
  expect(list({ family: 6 })).toEqual(all.filter(({ family }) => family === 6));
  expect(list({ oif })).toEqual(all.filter(isOn));
  expect(list({ table: TABLE, family: 4, oif })).toEqual(
    all.filter((route) => route.table === TABLE && route.family === 4 && isOn(route)),
  );
  expect(list({ table: 12_345 })).toEqual([]);
});

it('shows a route with all that the kernel says of it', async () => {
  await using lab = await Lab.create();
  const [host, other] = await Promise.all([lab.host('router'), lab.host('other')]);
  const link = await lab.link(host, other, {
    names: ['up0', 'up0'],
    addresses: [['192.0.2.1/24', '2001:db8::1/64'], []],
  });
  await host.ip([
    `route add 10.0.0.0/8 tos 0x10 metric 7 proto 42 src 192.0.2.1 table ${TABLE} nexthop via 192.0.2.2 weight 3 nexthop via 192.0.2.3`,
    `route add 2001:db8:9::/48 via 2001:db8::2 metric 9 pref high table ${TABLE}`,
  ]);
  await using monitor = await NetworkMonitor.start({ netns: host.netns });
  const oif = await link.a.ifindex();
  const leg = { oif, link: 'up0', weight: 1, flags: [] };
  expect([...monitor.routes({ table: TABLE })]).toEqual([
    {
      family: 4,
      table: TABLE,
      type: 'unicast',
      dst: '10.0.0.0/8',
      tos: 16,
      metric: 7,
      scope: 'global',
      protocol: '42',
      source: '192.0.2.1',
      nexthops: [
        { ...leg, gateway: '192.0.2.2', weight: 3 },
        { ...leg, gateway: '192.0.2.3' },
      ],
      nexthopId: null,
      pref: null,
      isExpired: false,
    },
    {
      family: 6,
      table: TABLE,
      type: 'unicast',
      dst: '2001:db8:9::/48',
      tos: 0,
      metric: 9,
      scope: 'global',
      protocol: 'boot',
      source: null,
      nexthops: [{ ...leg, gateway: '2001:db8::2' }],
      nexthopId: null,
      pref: 'high',
      isExpired: false,
    },
  ]);
});

it('shows the state of legs as the kernel does', async () => {
  await using net = await twoLinkLab();
  const { client, ethernet } = net;
  await client.ip([
    'route add 10.1.0.0/16 via 192.0.2.9 dev eth0 onlink',
    'route add 10.2.0.0/16 nexthop via 192.0.2.9 weight 3 nexthop via 198.51.100.9',
    'route add broadcast 10.3.0.0/16 dev eth0',
    'route add local 10.4.0.0/16 dev eth0',
    'route add 2001:db8:b::/48 nexthop via 2001:db8:1::9 weight 2 nexthop via 2001:db8:2::9',
    'route add local 2001:db8:d::/48 dev eth0',
  ]);
  await using monitor = await NetworkMonitor.start({ netns: client.netns });
  const mirrored = () =>
    [...monitor.routes()]
      .filter(({ table, type }) => table !== 4242 && type !== 'multicast')
      .map(({ family, dst, nexthops }) => {
        const legs = nexthops.map(({ link, weight, flags }) => `${link} ${weight} ${flags.join()}`);
        return [family, dst, ...legs].join(' ');
      });
  const dumped = async () => {
    const { routes } = await client.dump();
    return routes
      .filter(({ table, type }) => table !== '4242' && type !== 'multicast')
      .map(({ family, dst, ...route }) => {
        const legs = (route['nexthops'] as DumpedLeg[] | undefined) ?? [route as DumpedLeg];
        const texts = legs.map(({ dev, weight = 1, flags }) => `${dev} ${weight} ${flags.join()}`);
        return [family, asPrefix(dst, family), ...texts].join(' ');
      });
  };
  const expectSame = async () => {
    await settled(monitor, client);
    expect(mirrored().sort()).toEqual((await dumped()).sort());
  };
  await expectSame();
  expect(mirrored()).toContain('4 10.1.0.0/16 eth0 1 onlink');
  await carrierLost(ethernet.a);
  await expectSame();
  expect(mirrored()).toContain('4 10.1.0.0/16 eth0 1 onlink,linkdown');
  await client.ip('link set eth0 down');
  await expectSame();
  expect(mirrored()).toContain('4 10.2.0.0/16 wlan0 3  eth0 1 dead,linkdown');
});

interface DumpedLeg {
  readonly dev: string;
  readonly weight?: number;
  readonly flags: readonly string[];
}

function asPrefix(dst: string, family: 4 | 6): string {
  if (dst === 'default') return family === 4 ? '0.0.0.0/0' : '::/0';
  return dst.includes('/') ? dst : `${dst}/${family === 4 ? 32 : 128}`;
}
