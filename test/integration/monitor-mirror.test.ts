import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import { expectSameRoutes } from '../fixtures/route-lists.js';
import { linkDown } from '../lab/index.js';

// docs/kernel.md, fact by fact: do it, wait until quiet, compare the mirror with a fresh dump and with the kernel's own answers.

const destinations = [
  '203.0.113.1',
  '8.8.8.8',
  '192.0.2.254',
  '198.51.100.254',
  '10.9.0.1',
  '10.9.1.1',
  '2001:db8:3::1',
  '2600::1',
];

async function expectEqualToKernel({ monitor, net }: MonitoredLab): Promise<void> {
  await expectSameRoutes(monitor, net.client);
  // Among several legs the kernel chooses by a hash.
  if ([...monitor.routes()].some(({ nexthops }) => nexthops.length > 1)) return;
  const answer = (by: 'lookup' | 'lookupKernel', destination: string) => {
    const { routable, link, gateway } = monitor[by](destination);
    return `${destination} ${routable ? `${link} ${gateway}` : 'unroutable'}`;
  };
  expect(destinations.map((destination) => answer('lookup', destination))).toEqual(
    destinations.map((destination) => answer('lookupKernel', destination)),
  );
}

type Step = string | readonly string[];

/** Each step, then a comparison. */
const facts: readonly (readonly [string, readonly Step[]])[] = [
  ['1: IPv4 link down and up', ['link set eth0 down', 'link set eth0 up']],
  [
    '2: the last IPv4 address of a link goes, and comes back',
    ['addr del 198.51.100.1/24 dev eth0', 'addr add 198.51.100.1/24 dev eth0'],
  ],
  [
    '3: the subnet of the gateway goes, another address stays',
    ['addr add 10.9.9.1/24 dev eth0', 'addr del 198.51.100.1/24 dev eth0'],
  ],
  [
    '4: a preferred source goes',
    [
      ['addr add 10.8.0.1/32 dev wlan0', 'route add 10.9.0.0/16 dev eth0 src 10.8.0.1'],
      'addr del 10.8.0.1/32 dev wlan0',
    ],
  ],
  [
    '4: a preferred source goes that another link has too',
    [
      [
        'addr add 10.8.0.1/32 dev wlan0',
        'addr add 10.8.0.1/32 dev eth0',
        'route add 10.9.0.0/16 dev eth0 src 10.8.0.1',
      ],
      'addr del 10.8.0.1/32 dev wlan0',
      'addr del 10.8.0.1/32 dev eth0',
    ],
  ],
  [
    '5: secondary addresses go with their primary',
    ['addr add 198.51.100.7/24 dev eth0', 'addr del 198.51.100.1/24 dev eth0'],
  ],
  [
    '8: IPv6 link down, with its addresses',
    ['addr add 2001:db8:2::5/64 dev eth0 nodad', 'link set eth0 down'],
  ],
  [
    '13: the halves of a VPN go with its tunnel',
    [
      [
        'link add vpn0 type veth peer name vpn1',
        'link set vpn1 up',
        'link set vpn0 up',
        'addr add 10.8.0.2/24 dev vpn0',
      ],
      ['route add 0.0.0.0/1 dev vpn0', 'route add 128.0.0.0/1 dev vpn0', 'route add ::/1 dev vpn0'],
      'link set vpn0 down',
      'link set vpn0 up',
      'link del vpn0',
    ],
  ],
  ['15: a renamed link', ['link set eth0 name lan0']],
  [
    '19: IPv4 replace hits the first of its siblings, append goes behind, prepend before them',
    [
      [
        'route add 10.9.0.0/16 via 198.51.100.2',
        'route append 10.9.0.0/16 via 192.0.2.3',
        'route prepend 10.9.0.0/16 via 192.0.2.4',
      ],
      'route replace 10.9.0.0/16 via 192.0.2.5',
      'route del 10.9.0.0/16 via 192.0.2.5',
      'route del 10.9.0.0/16',
    ],
  ],
  [
    '19: routes of one prefix with several metrics and services',
    [
      ['route add 10.9.0.0/16 via 192.0.2.3 metric 7', 'route add 10.9.0.0/16 via 198.51.100.2 metric 3'],
      'route add 10.9.0.0/16 tos 0x10 via 192.0.2.6',
      'route change 10.9.0.0/16 via 192.0.2.9 metric 3',
      'route del 10.9.0.0/16 metric 3',
      'route del 10.9.0.0/16 metric 7',
    ],
  ],
  [
    '20: legs of an IPv6 route come and go',
    [
      'route append 2001:db8:3::/64 via 2001:db8:2::2 dev eth0',
      'route append 2001:db8:3::/64 via 2001:db8:2::3 dev eth0',
      'route append 2001:db8:3::/64 via 2001:db8:2::4 dev eth0',
      'route del 2001:db8:3::/64 via 2001:db8:2::3 dev eth0',
      'route replace 2001:db8:3::/64 via 2001:db8:2::9 dev eth0',
      'route del 2001:db8:3::/64',
    ],
  ],
  [
    '20: an IPv6 route over a gateway replaces one without',
    [
      'route add 2001:db8:3::/64 dev eth0 metric 100',
      'route replace 2001:db8:3::/64 via 2001:db8:1::2 dev wlan0 metric 100',
    ],
  ],
  [
    '20: an IPv6 route without a gateway replaces one over a gateway',
    [
      'route add 2001:db8:3::/64 via 2001:db8:1::2 dev wlan0 metric 100',
      'route replace 2001:db8:3::/64 dev eth0 metric 100',
    ],
  ],
  [
    '21: a table is flushed',
    [
      ['route add 10.9.0.0/16 via 192.0.2.3 table 77', 'route add 10.8.0.0/16 dev eth0 table 77'],
      'route flush table 77',
    ],
  ],
  [
    '21: refusals have no link',
    [
      ['route add blackhole 10.9.0.0/16', 'route add unreachable 10.9.1.0/24'],
      ['route add prohibit 2001:db8:3::/64', 'route add unreachable 2600::/12 metric 5'],
      ['route add throw 8.8.8.0/24', 'route del unreachable 10.9.1.0/24'],
      ['route del prohibit 2001:db8:3::/64', 'route del blackhole 10.9.0.0/16'],
    ],
  ],
  [
    '21: IPv4 over an IPv6 gateway, and defaults without any',
    [
      'route add 10.9.0.0/16 via inet6 2001:db8:2::fe dev eth0',
      'route add default dev wlan0 metric 5',
      'route add 10.9.1.0/24 via 10.200.0.1 dev eth0 onlink',
    ],
  ],
  [
    'a link that is enslaved, freed and deleted',
    [
      ['link add br0 type bridge', 'link set br0 up', 'link set eth0 master br0'],
      ['link set eth0 nomaster', 'link del br0'],
      'link del eth0',
    ],
  ],
];

describe('the mirror equals the kernel (docs/kernel.md)', () => {
  it.each(facts)('%s', async (_, steps) => {
    await using lab = await monitoredLab();
    await expectEqualToKernel(lab);
    for (const step of steps) {
      await lab.ip(step);
      await expectEqualToKernel(lab);
    }
    expect(lab.monitor.stats.malformedMessages).toBe(0);
  });

  it('what is inferred when a link goes needs no correction', async () => {
    await using lab = await monitoredLab();
    await lab.ip([
      'link add d0 type veth peer name d1',
      'link set d0 up',
      'link set d1 up',
      'addr add 10.8.0.2/24 dev d0',
    ]);
    await lab.ip('link del d0');
    await expectEqualToKernel(lab);
    expect(lab.monitor.stats.audits).toBeGreaterThan(0);
    expect(lab.monitor.stats.auditCorrections).toBe(0);
  });

  // A user namespace has not all of them.
  const isRealRoot = readFileSync('/proc/self/uid_map', 'utf8').includes('4294967295');
  it.runIf(isRealRoot).each([
    [
      'skip_notify_on_dev_down: IPv6 link down is silent about routes',
      'net.ipv6.route.skip_notify_on_dev_down',
    ],
    [
      'keep_addr_on_down: IPv6 addresses stay when the link goes down',
      'net.ipv6.conf.eth0.keep_addr_on_down',
    ],
    ['promote_secondaries: the next address becomes primary', 'net.ipv4.conf.eth0.promote_secondaries'],
  ])('%s', async (_, sysctl) => {
    await using lab = await monitoredLab();
    await lab.net.client.sysctl(sysctl, 1);
    await lab.ip(['addr add 198.51.100.7/24 dev eth0', 'addr del 198.51.100.1/24 dev eth0']);
    await expectEqualToKernel(lab);
    const undo = await linkDown(lab.net.ethernet.a);
    await lab.settled();
    await expectEqualToKernel(lab);
    await undo();
    await lab.settled();
    await expectEqualToKernel(lab);
  });

  it('7: legs of a multipath route die and come back with their links', async () => {
    await using lab = await monitoredLab();
    await lab.ip([
      'route add 10.9.0.0/16 nexthop via 198.51.100.2 dev eth0 nexthop via 192.0.2.3 dev wlan0',
      'route add 2001:db8:3::/64 nexthop via 2001:db8:2::2 dev eth0 nexthop via 2001:db8:1::3 dev wlan0',
    ]);
    const link = () => [lab.monitor.lookup('10.9.0.1').link, lab.monitor.lookup('2001:db8:3::1').link];
    await lab.ip('link set eth0 down');
    expect(link()).toEqual(['wlan0', 'wlan0']);
    await expectSameRoutes(lab.monitor, lab.net.client);
    await lab.ip(['link set eth0 up', 'link set wlan0 down']);
    expect(link()[0]).toBe('eth0');
    await expectSameRoutes(lab.monitor, lab.net.client);
  });

  it('7: a leg is dead, too, when its link has no IPv4 address left', async () => {
    await using lab = await monitoredLab();
    await lab.ip('route add 10.9.0.0/16 nexthop via 198.51.100.2 dev eth0 nexthop via 192.0.2.3 dev wlan0');
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    const { link, gateway } = lab.monitor.lookupKernel('10.9.0.1');
    expect(lab.monitor.lookup('10.9.0.1')).toMatchObject({ link, gateway });
  });

  it('its own addresses stay reachable on a link that is down', async () => {
    await using lab = await monitoredLab();
    await lab.ip('link set eth0 down');
    const { routable, link } = lab.monitor.lookupKernel('198.51.100.1');
    expect(lab.monitor.lookup('198.51.100.1')).toMatchObject({ routable, link });
  });

  it('the table of a kernel answer is the table of the route', async () => {
    await using lab = await monitoredLab();
    await lab.ip('route add 10.9.0.0/16 dev eth0 table 100');
    await lab.ipBoth((i) => `rule add pref 100 to ${['10.9.0.0/16', '2001:db8:3::/64'][i]} lookup 100`);
    expect(lab.monitor.lookup('10.9.0.1').table).toBe(100);
    expect(lab.monitor.lookupKernel('10.9.0.1').table).toBe(100);
  });
});
