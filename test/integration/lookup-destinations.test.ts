import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LookupOptions } from '../../main/index.js';
import { LookupLab } from '../fixtures/lookup-lab.js';

// Destinations that the kernel treats in ways of their own, by name: mirror against kernel.

let lab: LookupLab;
beforeAll(async () => {
  lab = await LookupLab.create();
});
afterAll(() => lab?.[Symbol.asyncDispose]());

const UP1 = { oif: 'up1' } as const;
const FROM_UP1 = { source: '198.51.100.1' } as const;

describe('IPv4', () => {
  it.each<readonly [what: string, destination: string, options: LookupOptions, expected: object]>([
    [
      'multicast leaves by the default’s link, without its gateway',
      '239.1.1.1',
      {},
      { type: 'multicast', link: 'up0', gateway: null, source: '192.0.2.1' },
    ],
    [
      'multicast goes by the link of a given source',
      '239.1.1.1',
      FROM_UP1,
      { type: 'multicast', link: 'up1' },
    ],
    [
      'multicast goes by a bound link, without a route',
      '239.1.1.1',
      UP1,
      { type: 'multicast', link: 'up1', source: '198.51.100.1' },
    ],
    [
      'local multicast goes by a bound link, without a look at routes',
      '224.0.0.1',
      UP1,
      { type: 'multicast', link: 'up1', table: null },
    ],
    ['all hosts', '224.0.0.1', {}, { type: 'multicast', link: 'up0', gateway: null }],
    ['the limited broadcast', '255.255.255.255', {}, { type: 'broadcast', link: 'up0', gateway: null }],
    ['the limited broadcast from a source', '255.255.255.255', FROM_UP1, { type: 'broadcast', link: 'up1' }],
    [
      'the limited broadcast, bound',
      '255.255.255.255',
      UP1,
      { type: 'broadcast', link: 'up1', source: '198.51.100.1' },
    ],
    ['a subnet’s broadcast', '192.0.2.255', {}, { type: 'broadcast', link: 'up0' }],
    ['a subnet’s own address', '192.0.2.0', {}, { type: 'unicast', link: 'up0', gateway: null }],
    ['another link’s broadcast, bound', '192.0.2.255', UP1, { link: 'up1' }],
    ['0.0.0.0 is this host', '0.0.0.0', {}, { type: 'local', link: 'lo', source: '127.0.0.1' }],
    [
      '0.0.0.0 from an address is this host',
      '0.0.0.0',
      FROM_UP1,
      { type: 'local', link: 'lo', source: '198.51.100.1' },
    ],
    ['0.0.0.0, bound', '0.0.0.0', UP1, { type: 'local', link: 'lo', source: '198.51.100.1' }],
    ['the loopback', '127.0.0.1', {}, { type: 'local', link: 'lo', source: '127.0.0.1' }],
    ['another address of the loopback’s net', '127.1.2.3', {}, { type: 'local', link: 'lo' }],
    ['an own address', '198.51.100.1', {}, { type: 'local', link: 'lo', source: '198.51.100.1' }],
    [
      'an own address, bound to another link',
      '198.51.100.1',
      { oif: 'up0' },
      { type: 'unicast', link: 'up0' },
    ],
    [
      'from the loopback to an own address',
      '192.0.2.1',
      { source: '127.0.0.1' },
      { type: 'local', link: 'lo' },
    ],
    [
      'link-local addresses are like others',
      '169.254.1.1',
      {},
      { type: 'unicast', link: 'up0', gateway: '192.0.2.254' },
    ],
    [
      'a source that is on no link',
      '203.0.113.1',
      { source: '10.9.9.9' },
      { routable: false, reason: 'no-route' },
    ],
    ['a multicast source', '203.0.113.1', { source: '224.0.0.1' }, { routable: false, reason: 'no-route' }],
    ['a broadcast source', '203.0.113.1', { source: '192.0.2.255' }, { routable: false, reason: 'no-route' }],
  ])('%s: %s', (_what, destination, options, expected) => {
    expect(lab.agreed(destination, options)).toMatchObject({ certain: true, ...expected });
  });

  it('a loopback source leads nowhere, as far as one can tell: route_localnet', async () => {
    const asked = ['203.0.113.1', { source: '127.0.0.1' }] as const;
    expect(lab.agreed(...asked)).toMatchObject({ routable: false, reason: 'no-route', certain: false });
    await lab.host.sysctl('net.ipv4.conf.up0.route_localnet', 1);
    expect(lab.monitor.lookupKernel(...asked).routable).toBe(true);
    expect(lab.monitor.lookup(...asked).certain).toBe(false);
    await lab.host.sysctl('net.ipv4.conf.up0.route_localnet', 0);
  });

  it('multicast with a route of its own takes that, gateway and all', async () => {
    await lab.ip('route add 239.0.0.0/8 via 198.51.100.254');
    expect(lab.agreed('239.1.1.1')).toMatchObject({
      type: 'multicast',
      link: 'up1',
      gateway: '198.51.100.254',
    });
    await lab.ip('route del 239.0.0.0/8');
  });

  it('without a default route, multicast leads nowhere', async () => {
    await lab.ip('route del default via 192.0.2.254');
    for (const destination of ['239.1.1.1', '224.0.0.1', '255.255.255.255']) {
      expect(lab.agreed(destination)).toMatchObject({ routable: false, reason: 'no-route' });
      expect(lab.agreed(destination, UP1)).toMatchObject({ routable: true, link: 'up1' });
      expect(lab.agreed(destination, FROM_UP1)).toMatchObject({ routable: true, link: 'up1' });
    }
    await lab.ip('route add default via 192.0.2.254');
  });

  it('a blackhole is told from a refused source', async () => {
    await lab.ip('route add blackhole 10.0.0.0/8');
    expect(lab.agreed('10.0.0.1')).toMatchObject({ routable: false, reason: 'blackholed' });
    await lab.ip('route del blackhole 10.0.0.0/8');
  });
});

describe('IPv6', () => {
  it.each<readonly [what: string, destination: string, options: LookupOptions, expected: object]>([
    ['all nodes on a link, by scope', 'ff02::1%up1', {}, { type: 'multicast', link: 'up1' }],
    ['all nodes, bound', 'ff02::1', UP1, { type: 'multicast', link: 'up1' }],
    [
      'global multicast takes an address of the link that reaches as far',
      'ff0e::1',
      UP1,
      { link: 'up1', source: '2001:db8:2::1' },
    ],
    ['a link-local peer with a scope', 'fe80::9%up1', {}, { link: 'up1', gateway: null }],
    ['a link-local peer, bound', 'fe80::9', UP1, { link: 'up1', gateway: null }],
    [':: is a destination like others', '::', {}, { type: 'unicast', link: 'up0' }],
    ['the loopback', '::1', {}, { type: 'local', link: 'lo', source: '::1' }],
    ['the loopback, bound elsewhere', '::1', UP1, { routable: false }],
    ['an own address', '2001:db8:2::1', {}, { type: 'local', link: 'lo', source: '2001:db8:2::1' }],
    ['an own address, bound to another link', '2001:db8:1::1', UP1, { routable: false }],
    [
      'a subnet’s router anycast address',
      '2001:db8:1::',
      {},
      { type: 'unicast', link: 'up0', gateway: null },
    ],
    [
      'a mapped IPv4 address is routed as IPv6',
      '::ffff:203.0.113.1',
      {},
      { type: 'unicast', link: 'up0', gateway: '2001:db8:1::fe' },
    ],
    ['a source that is on no link is no objection', '2600::1', { source: '2001:db8:9::1' }, { link: 'up0' }],
  ])('%s: %s', (_what, destination, options, expected) => {
    expect(lab.agreed(destination, options)).toMatchObject({ certain: true, ...expected });
  });

  it.each(['ff02::1', 'fe80::9', 'ff0e::1'])(
    '%s without a scope goes by the link that the kernel came upon first',
    (destination) => {
      expect(lab.agreed(destination).routable).toBe(true);
    },
  );

  it('link-local peers get a link-local source of their link', async () => {
    const own = lab.monitor.state.addresses.find(
      ({ address, ifindex }) =>
        address.startsWith('fe80') && ifindex === lab.monitor.lookup('fe80::9%up1').oif,
    );
    expect(lab.agreed('fe80::9%up1').source).toBe(own?.address);
    expect(lab.agreed('ff02::1%up1').source).toBe(own?.address);
  });
});

describe('multipath', () => {
  const LEGS = {
    4: ['via 192.0.2.254', 'via 198.51.100.254'],
    6: ['via 2001:db8:1::fe', 'via 2001:db8:2::fe'],
  } as const;
  const PREFIX = { 4: '10.0.0.0/8', 6: '2001:db8:a::/48' } as const;
  const INSIDE = { 4: '10.0.0.1', 6: '2001:db8:a::1' } as const;

  it.each([4, 6] as const)(
    'IPv%i: which leg the kernel takes is not known, unless bound to one',
    async (family) => {
      await using lab = await LookupLab.create();
      const legs = LEGS[family].map((leg) => `nexthop ${leg}`).join(' ');
      await lab.ip(`route add ${PREFIX[family]} ${legs}`);
      const mirror = lab.monitor.lookup(INSIDE[family]);
      expect(mirror.certain).toBe(false);
      const ways = mirror.nexthops?.map(({ link, gateway }) => `${link} via ${gateway}`);
      expect(ways).toHaveLength(2);
      const kernel = lab.monitor.lookupKernel(INSIDE[family]);
      expect(ways).toContain(`${kernel.link} via ${kernel.gateway}`);
      expect(kernel).toMatchObject({ certain: true, nexthops: null });
      expect(lab.agreed(INSIDE[family], UP1)).toMatchObject({ link: 'up1', certain: true, nexthops: null });
      await lab.ip('link set up1 down');
      expect(lab.agreed(INSIDE[family])).toMatchObject({ link: 'up0', nexthops: null });
    },
  );

  it('IPv4: bound to a link with two legs, the kernel takes the first', async () => {
    await lab.ip('route add 10.0.0.0/8 nexthop via 198.51.100.7 nexthop via 198.51.100.8');
    expect(lab.agreed('10.0.0.1', UP1)).toMatchObject({ gateway: '198.51.100.7', certain: true });
    expect(lab.monitor.lookup('10.0.0.1').certain).toBe(false);
    await lab.ip('route del 10.0.0.0/8');
  });

  it('IPv4: of default routes alike but for the gateway the kernel chooses by its neighbours', async () => {
    await lab.ip('route append default via 198.51.100.254');
    expect(lab.monitor.lookup('203.0.113.1').certain).toBe(false);
    expect(lab.agreed('203.0.113.1', UP1).certain).toBe(true);
    await lab.ip('route del default via 198.51.100.254');
    expect(lab.agreed('203.0.113.1').certain).toBe(true);
  });
});
