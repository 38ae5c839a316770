import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { type FactLab, fact } from '../../fixtures/kernel-fact.js';
import { agreed, bothAgreed } from '../../fixtures/monitored-lab.js';
import { Lab, linkDown } from '../../lab/index.js';

// docs/kernel.md, "Events that do not come", in its order. Each step is followed by a comparison of mirror and kernel
// (fixtures/mirror-equals-kernel.ts). Facts 6, 9 and 12 have files of their own.

/** The routes on a link, as `254 10.9.0.0/16`. */
function routesOn({ monitor }: FactLab, link: string, family?: 4 | 6): string[] {
  return [...monitor.routes(family === undefined ? {} : { family })]
    .filter(({ nexthops }) => nexthops.some((leg) => leg.link === link))
    .map(({ table, dst }) => `${table} ${dst}`);
}

/** The bad news that flows were told. */
function condemnations(flows: readonly { readonly told: readonly string[] }[]): string[] {
  return flows.flatMap(({ told }) => told.filter((verdict) => verdict.startsWith('unroutable')));
}

describe('1', () => {
  fact('1: an IPv4 link that goes down is silent about its routes', async (lab) => {
    await lab.ip('route add 10.9.0.0/16 via 198.51.100.2', 'route add 10.8.0.0/16 dev eth0 table 77');
    const [lost, other] = [lab.watchBoth('ethernet'), lab.watchBoth('wifi')];
    await lab.ip('link set eth0 down');
    expect(lost.answers()).toEqual(bothAgreed('unroutable link-down'));
    expect(condemnations(other.flows)).toEqual([]);
    // The address and its own /32 stay.
    expect(routesOn(lab, 'eth0', 4)).toEqual(['255 198.51.100.1/32']);
    expect(lab.monitor.lookup('203.0.113.1').link).toBe('wlan0');
  });

  fact('1: an IPv4 link that comes up brings back its connected routes only', async (lab) => {
    const far = lab.watch(lab.toServer('ethernet', 'v4'));
    const near = lab.watch({ local: '198.51.100.1', remote: '198.51.100.254' });
    await lab.ip('link set eth0 down');
    await lab.ip('link set eth0 up');
    expect(near.answers()).toEqual(agreed('routable'));
    expect(far.answers()).toEqual(agreed('unroutable gateway-removed'));
    expect(routesOn(lab, 'eth0', 4)).toEqual([
      '254 198.51.100.0/24',
      '255 198.51.100.1/32',
      '255 198.51.100.255/32',
    ]);
  });
});

describe('2', () => {
  fact('2: with the last IPv4 address the default through the link vanishes', async (lab) => {
    await lab.ip('route add 10.8.0.0/16 via 198.51.100.2 table 77');
    const [lost, other] = [lab.watchBoth('ethernet'), lab.watchBoth('wifi')];
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(lost.answers()).toEqual([agreed('unroutable source-removed'), agreed('routable')]);
    expect(routesOn(lab, 'eth0', 4)).toEqual([]);
    await lab.ip('addr add 198.51.100.1/24 dev eth0');
    expect(lost.answers()).toEqual([agreed('unroutable gateway-removed'), agreed('routable')]);
    await lab.ip('route add default via 198.51.100.254 dev eth0 metric 100');
    expect(lost.answers()).toEqual(bothAgreed('routable'));
    expect(condemnations(other.flows)).toEqual([]);
  });

  fact('2: a flush of several IPv4 addresses is the end of the last one, too', async (lab) => {
    await lab.ip('addr add 10.8.0.1/24 dev eth0', 'addr add 10.8.0.2/24 dev eth0');
    const flow = lab.watch(lab.toServer('ethernet', 'v4'));
    await lab.ip('addr flush dev eth0');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
    expect(routesOn(lab, 'eth0', 4)).toEqual([]);
  });

  fact('2: the last IPv6 address goes and the default through the link stays', async (lab) => {
    const lost = lab.watch(lab.toServer('ethernet', 'v6'));
    await lab.ip('addr flush dev eth0');
    expect(lost.answers()).toEqual(agreed('unroutable source-removed'));
    expect(routesOn(lab, 'eth0', 6)).toContain('254 ::/0');
  });
});

fact('3: the subnet of the gateway goes, and the default stays while another address does', async (lab) => {
  await lab.ip('addr add 10.8.0.1/24 dev eth0', 'addr add 2001:db8:9::1/64 dev eth0 nodad');
  const goes = lab.watchBoth('ethernet');
  const stays = [
    lab.watch({ local: '10.8.0.1', remote: '203.0.113.1' }),
    lab.watch({ local: '2001:db8:9::1', remote: '2001:db8:3::1' }),
  ];
  await lab.ip('addr del 198.51.100.1/24 dev eth0', 'addr del 2001:db8:2::1/64 dev eth0');
  expect(routesOn(lab, 'eth0')).toEqual(expect.arrayContaining(['254 0.0.0.0/0', '254 ::/0']));
  expect(goes.answers()).toEqual(bothAgreed('unroutable source-removed'));
  expect(stays.map((flow) => flow.answers())).toEqual(bothAgreed('routable'));
});

describe('4', () => {
  fact('4: a preferred source goes with its routes', async (lab) => {
    await lab.ip(
      'addr add 10.8.0.1/32 dev wlan0',
      'route add 10.9.0.0/16 dev eth0 src 10.8.0.1',
      'route add 10.9.0.0/16 dev eth0 src 10.8.0.1 table 77',
    );
    const flow = lab.watch({ local: '10.8.0.1', remote: '10.9.0.1' });
    await lab.ip('addr del 10.8.0.1/32 dev wlan0');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
    // Only of the main table (fib_sync_down_addr).
    expect(routesOn(lab, 'eth0', 4)).not.toContain('254 10.9.0.0/16');
    expect(routesOn(lab, 'eth0', 4)).toContain('77 10.9.0.0/16');
  });

  fact('4: a preferred source that another link has too goes with the last one', async (lab) => {
    await lab.ip(
      'addr add 10.8.0.1/32 dev wlan0',
      'addr add 10.8.0.1/32 dev eth0',
      'route add 10.9.0.0/16 dev eth0 src 10.8.0.1',
    );
    const flow = lab.watch({ local: '10.8.0.1', remote: '10.9.0.1' });
    await lab.ip('addr del 10.8.0.1/32 dev wlan0');
    expect(flow.answers()).toEqual(agreed('routable'));
    await lab.ip('addr del 10.8.0.1/32 dev eth0');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
  });

  fact('4: an IPv6 route outlives its preferred source, and has none then', async (lab) => {
    await lab.ip(
      'addr add 2001:db8:8::1/128 dev eth0 nodad',
      'route add 2001:db8:9::/64 dev eth0 src 2001:db8:8::1',
      'route add 2001:db8:a::/64 via 2001:db8:2::fe src 2001:db8:8::1 table 77',
    );
    const flow = lab.watch({ local: '2001:db8:8::1', remote: '2001:db8:9::1' });
    await lab.ip('addr del 2001:db8:8::1/128 dev eth0');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
    expect(lab.monitor.lookup('2001:db8:9::1').source).toBe('2001:db8:2::1');
  });

  fact('4: an IPv6 preferred source that another link has too stays', async (lab) => {
    await lab.ip(
      'addr add 2001:db8:8::1/128 dev eth0 nodad',
      'addr add 2001:db8:8::1/128 dev wlan0 nodad',
      'route add 2001:db8:9::/64 dev eth0 src 2001:db8:8::1',
    );
    const flow = lab.watch({ local: '2001:db8:8::1', remote: '2001:db8:9::1' });
    await lab.ip('addr del 2001:db8:8::1/128 dev wlan0');
    expect(flow.answers()).toEqual(agreed('routable'));
    expect(lab.monitor.lookup('2001:db8:9::1').source).toBe('2001:db8:8::1');
  });

  fact('4: an IPv6 preferred source that went with its link stays in routes over others', async (lab) => {
    await lab.ip('route add 2001:db8:9::/64 dev wlan0 src 2001:db8:2::1');
    await lab.ip('link set eth0 down');
    expect(lab.monitor.lookup('2001:db8:9::1').source).toBe('2001:db8:2::1');
  });
});

describe('5', () => {
  const secondary = { local: '198.51.100.2', remote: '203.0.113.1' };

  fact('5: with promote_secondaries=0 secondary addresses go with their primary', async (lab) => {
    await lab.ip('addr add 198.51.100.2/24 dev eth0');
    const flow = lab.watch(secondary);
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
  });

  fact('5: with promote_secondaries=1 the promoted address keeps its flows', async (lab) => {
    await lab.client.sysctl('net.ipv4.conf.eth0.promote_secondaries', 1);
    await lab.ip('addr add 198.51.100.2/24 dev eth0', 'addr add 198.51.100.3/24 dev eth0');
    const [flow, primary] = [lab.watch(secondary), lab.watch(lab.toServer('ethernet', 'v4'))];
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(flow.answers()).toEqual(agreed('routable'));
    expect(primary.answers()).toEqual(agreed('unroutable source-removed'));
    await lab.ip('addr del 198.51.100.2/24 dev eth0');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
  });

  fact('5: a secondary address in another subnet stays', async (lab) => {
    await lab.ip('addr add 10.8.0.1/24 dev eth0', 'addr add 10.8.0.2/24 dev eth0');
    const flow = lab.watch({ local: '10.8.0.2', remote: '203.0.113.1' });
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(flow.answers()).toEqual(agreed('routable'));
  });
});

describe('7', () => {
  const legs = [
    'route add 10.9.0.0/16 nexthop via 198.51.100.2 dev eth0 nexthop via 192.0.2.3 dev wlan0',
    'route add 2001:db8:9::/64 nexthop via 2001:db8:2::2 dev eth0 nexthop via 2001:db8:1::3 dev wlan0',
  ];
  const linksOf = ({ monitor }: FactLab) =>
    ['10.9.0.1', '2001:db8:9::1'].map((to) => monitor.lookup(to).link);
  const watchLegs = (lab: FactLab, v4: string, v6: string) => [
    lab.watch({ local: v4, remote: '10.9.0.1' }),
    lab.watch({ local: v6, remote: '2001:db8:9::1' }),
  ];

  fact('7: a leg of a multipath route goes down and comes up in silence', async (lab) => {
    await lab.ip(...legs);
    const own = watchLegs(lab, '198.51.100.1', '2001:db8:2::1');
    const other = watchLegs(lab, '192.0.2.1', '2001:db8:1::1');
    await lab.ip('link set eth0 down');
    expect(own.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable link-down'));
    expect(linksOf(lab)).toEqual(['wlan0', 'wlan0']);
    await lab.ip('link set eth0 up', 'addr replace 2001:db8:2::1/64 dev eth0 nodad');
    expect(own.map(({ verdict }) => verdict.kind)).toEqual(['routable', 'routable']);
    await lab.ip('link set wlan0 down');
    expect(linksOf(lab)).toEqual(['eth0', 'eth0']);
    expect(other.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable link-down'));
  });

  fact('7: the last leg that lives takes the route with it', async (lab) => {
    await lab.ip(...legs);
    await lab.ip('link set eth0 down');
    await lab.ip('link set wlan0 down');
    expect(lab.monitor.lookup('10.9.0.1')).toMatchObject({ routable: false, reason: 'no-route' });
    expect(routesOn(lab, 'wlan0')).not.toContain('254 10.9.0.0/16');
  });

  fact('7: a leg is dead, too, when its link has no IPv4 address left', async (lab) => {
    await lab.ip(...legs);
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(linksOf(lab)[0]).toBe('wlan0');
    await lab.ip('addr add 198.51.100.1/24 dev eth0');
  });

  fact(
    '7: a deleted link takes IPv4 routes with a leg there along, and only its leg in IPv6',
    async (lab) => {
      await lab.ip(...legs);
      const other = watchLegs(lab, '192.0.2.1', '2001:db8:1::1');
      await lab.ip('link del eth0');
      expect(routesOn(lab, 'wlan0')).not.toContain('254 10.9.0.0/16');
      expect(routesOn(lab, 'wlan0')).toContain('254 2001:db8:9::/64');
      // By the default over the same link, if by another gateway.
      expect(linksOf(lab)).toEqual(['wlan0', 'wlan0']);
      expect(other.map((flow) => flow.answers())).toEqual([
        agreed('unroutable gateway-removed'),
        agreed('routable'),
      ]);
    },
  );

  fact('7: a leg without a carrier still carries, where nothing says otherwise', async (lab) => {
    await lab.ip(...legs);
    const own = watchLegs(lab, '198.51.100.1', '2001:db8:2::1');
    const undo = await linkDown(lab.net.ethernet.b);
    await lab.equal();
    expect(own.map(({ verdict }) => verdict.reason)).toEqual(['carrier-lost', 'carrier-lost']);
    await undo();
    await lab.equal();
    expect(own.map(({ verdict }) => verdict.kind)).toEqual(['routable', 'routable']);
  });
});

describe('8', () => {
  // A user namespace has no such setting.
  const isShown = readFileSync('/proc/self/uid_map', 'utf8').includes('4294967295');
  const loseAndRegain = async (lab: FactLab): Promise<void> => {
    await lab.ip(
      'route add 2001:db8:9::/64 via 2001:db8:2::2',
      'route add 2001:db8:a::/64 dev eth0 table 77',
    );
    const { answers } = lab.watchBoth('ethernet');
    await lab.ip('link set eth0 down');
    expect(answers()).toEqual(bothAgreed('unroutable link-down'));
    await lab.ip(
      'link set eth0 up',
      'addr replace 2001:db8:2::1/64 dev eth0 nodad',
      'route replace default via 198.51.100.254 dev eth0 metric 100',
      'route replace default via 2001:db8:2::fe dev eth0 metric 100',
    );
    expect(answers()).toEqual(bothAgreed('routable'));
  };

  fact('8: an IPv6 link goes down with its routes and addresses', loseAndRegain);

  fact(
    '8: with skip_notify_on_dev_down=1 an IPv6 link goes down in silence',
    async (lab) => {
      await lab.client.sysctl('net.ipv6.route.skip_notify_on_dev_down', 1);
      await loseAndRegain(lab);
    },
    { isShown },
  );

  fact('8: with keep_addr_on_down=1 IPv6 addresses stay on a link that is down', async (lab) => {
    await lab.client.sysctl('net.ipv6.conf.eth0.keep_addr_on_down', 1);
    await loseAndRegain(lab);
    await lab.ip('link set eth0 down');
    expect(lab.monitor.state.addresses.map(({ address }) => address)).toContain('2001:db8:2::1');
    await lab.ip('link set eth0 up');
  });

  fact(
    '8: with skip_notify_on_dev_down=1 a deleted link takes its legs along in silence',
    async (lab) => {
      await lab.client.sysctl('net.ipv6.route.skip_notify_on_dev_down', 1);
      const [eth0, wlan0] = ['nexthop via 2001:db8:2::2 dev eth0', 'nexthop via 2001:db8:1::3 dev wlan0'];
      await lab.ip(`route add 2001:db8:9::/64 ${eth0} ${wlan0}`, 'route add 2001:db8:a::/64 dev eth0');
      const flow = lab.watch({ local: '2001:db8:1::1', remote: '2001:db8:9::1' });
      await lab.ip('link del eth0');
      expect(flow.answers()).toEqual(agreed('routable'));
      expect(lab.monitor.lookup('2001:db8:9::1').link).toBe('wlan0');
    },
    { isShown },
  );

  fact(
    '8: both settings at once',
    async (lab) => {
      await lab.client.sysctl('net.ipv6.route.skip_notify_on_dev_down', 1);
      await lab.client.sysctl('net.ipv6.conf.eth0.keep_addr_on_down', 1);
      await loseAndRegain(lab);
    },
    { isShown },
  );
});

describe('10', () => {
  fact('10: a deleted link takes its IPv4 default along in silence', async (lab) => {
    const [lost, other] = [lab.watchBoth('ethernet'), lab.watchBoth('wifi')];
    await lab.ip('link del eth0');
    expect(lost.answers()).toEqual(bothAgreed('unroutable link-down'));
    expect(condemnations(other.flows)).toEqual([]);
    expect(lab.monitor.state.defaultPaths).toMatchObject({ 4: { link: 'wlan0' }, 6: { link: 'wlan0' } });
  });

  fact('10: a link that moves to another namespace is gone here', async (lab) => {
    const lost = lab.watchBoth('ethernet');
    await lab.net.ethernet.a.moveTo(lab.net.server, 'eth9');
    await lab.equal();
    expect(lost.answers()).toEqual(bothAgreed('unroutable link-down'));
    expect(lab.monitor.state.links.map(({ name }) => name)).not.toContain('eth0');
  });

  fact('10: a link that comes back from another namespace is a link like any other', async (lab) => {
    const lost = lab.watchBoth('ethernet');
    await lab.net.ethernet.a.moveTo(lab.net.server, 'eth9');
    await lab.net.ethernet.a.moveTo(lab.client, 'eth0');
    await lab.ip(
      'link set eth0 up',
      'addr add 198.51.100.1/24 dev eth0',
      'addr add 2001:db8:2::1/64 dev eth0 nodad',
      'route add default via 198.51.100.254 dev eth0 metric 100',
      'route add default via 2001:db8:2::fe dev eth0 metric 100',
    );
    expect(lost.answers()).toEqual(bothAgreed('routable'));
  });

  fact('10: one end of a veth goes with the other', async (lab) => {
    const lost = lab.watchBoth('ethernet');
    await lab.net.router.ip('link del eth0');
    await lab.equal();
    expect(lost.answers()).toEqual(bothAgreed('unroutable link-down'));
  });

  fact('10: one end of a veth goes with the namespace of the other', async (lab) => {
    await using elsewhere = await Lab.create();
    const container = await elsewhere.host('container');
    await lab.ip(
      `link add c0 type veth peer name c1 netns ${container.netnsPid}`,
      'link set c0 up',
      'addr add 10.8.0.1/24 dev c0',
      'route add 10.9.0.0/16 via 10.8.0.2',
    );
    const flow = lab.watch({ local: '10.8.0.1', remote: '10.9.0.1' });
    const gone = new Promise<void>((resolve) => {
      lab.monitor.on('link', ({ kind, link }) => {
        if (kind === 'remove' && link.name === 'c0') resolve();
      });
    });
    await container.close();
    await gone;
    await lab.equal();
    expect(flow.answers()).toEqual(agreed('unroutable link-down'));
  });
});

fact('11: an address expires, and the IPv4 routes through it go in silence', async (lab) => {
  // The last IPv4 address of its link, and an IPv6 one with the routes of its subnet.
  await lab.ip('link add d0 type veth peer name d1', 'link set d0 up', 'link set d1 up');
  await lab.ip(
    'addr add 10.8.0.1/24 dev d0 valid_lft 2 preferred_lft 1',
    'addr add fd08::1/64 dev d0 nodad valid_lft 2 preferred_lft 1',
    'route add 10.9.0.0/16 via 10.8.0.2',
    'route add 2001:db8:9::/64 via fd08::2',
  );
  const flows = [
    lab.watch({ local: '10.8.0.1', remote: '10.9.0.1' }),
    lab.watch({ local: 'fd08::1', remote: '2001:db8:9::1' }),
  ];
  const expired = new Set<string>();
  await new Promise<void>((resolve) => {
    lab.monitor.on('address', ({ kind, address: { address } }) => {
      if (kind === 'remove' && expired.add(address).size === 2) resolve();
    });
  });
  await lab.equal();
  expect(flows.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable source-removed'));
  expect(routesOn(lab, 'd0', 4)).toEqual([]);
});

fact('13: the halves of a VPN go with its tunnel in silence', async (lab) => {
  const { answers } = lab.watchBoth('ethernet');
  const up = [
    'link set tun0 up',
    'addr replace 10.8.0.2/24 dev tun0',
    'addr replace fd08::2/64 dev tun0 nodad',
    ...['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'].map((half) => `route add ${half} dev tun0`),
  ];
  await lab.ip('tuntap add dev tun0 mode tun', ...up);
  const inside = [
    lab.watch({ local: '10.8.0.2', remote: '203.0.113.1' }),
    lab.watch({ local: 'fd08::2', remote: '2001:db8:3::1' }),
  ];
  expect(answers()).toEqual(bothAgreed('rerouted egress-changed'));
  await lab.ip('link set tun0 down');
  expect(answers()).toEqual(bothAgreed('routable'));
  expect(inside.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable link-down'));
  await lab.ip(...up);
  expect(answers()).toEqual(bothAgreed('rerouted egress-changed'));
  expect(inside.map((flow) => flow.answers())).toEqual(bothAgreed('routable'));
  await lab.ip('link del tun0');
  expect(answers()).toEqual(bothAgreed('routable'));
});
