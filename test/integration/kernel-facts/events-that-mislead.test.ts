import { describe, expect } from 'vitest';
import { fact } from '../../fixtures/kernel-fact.js';
import { agreed, bothAgreed, type MonitoredLab } from '../../fixtures/monitored-lab.js';
import {
  addressRefresh,
  aliasChange,
  captureStarted,
  dockerLikeVeth,
  mtuChange,
  waitFor,
} from '../../lab/index.js';

// docs/kernel.md, "Events that mislead", in its order. Each step is followed by a comparison of mirror and kernel
// (fixtures/mirror-equals-kernel.ts).

/** All that the application hears of the network as a whole from now on. */
function listen({ monitor }: Pick<MonitoredLab, 'monitor'>): string[] {
  const heard: string[] = [];
  monitor.on('change', ({ summary }) => heard.push(summary));
  monitor.on('resync', () => heard.push('resync'));
  return heard;
}

describe('14', () => {
  fact('14: a bridge port that leaves is no deleted link', async (lab) => {
    await lab.ip('link add br0 type bridge', 'link set br0 up');
    const { flows, answers } = lab.watchBoth('ethernet');
    const master = () => lab.monitor.state.links.find(({ name }) => name === 'eth0')?.masterIfindex;
    await lab.ip('link set eth0 master br0');
    expect(master()).toEqual(expect.any(Number));
    await lab.ip('link set eth0 nomaster');
    expect(master()).toBeNull();
    expect(flows.flatMap(({ told }) => told).filter((verdict) => /^unroutable/.test(verdict))).toEqual([]);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  fact('14: a port lives on when its bridge is deleted', async (lab) => {
    await lab.ip('link add br0 type bridge', 'link set br0 up', 'link set eth0 master br0');
    const { answers } = lab.watchBoth('ethernet');
    await lab.ip('link del br0');
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  fact('14: a port that is deleted is a deleted link', async (lab) => {
    await lab.ip('link add br0 type bridge', 'link set br0 up', 'link set eth0 master br0');
    const { answers } = lab.watchBoth('ethernet');
    await lab.ip('link del eth0');
    expect(answers()).toEqual(bothAgreed('unroutable link-down'));
  });

  fact('14: a bridge with an address carries flows like any link', async (lab) => {
    await lab.ip(
      'link add br0 type bridge',
      'link add p0 type veth peer name p1',
      'link set p0 master br0 up',
      'link set p1 up',
      'link set br0 up',
      'addr add 10.8.0.1/24 dev br0',
      'addr add 2001:db8:9::1/64 dev br0 nodad',
    );
    const flows = [
      lab.watch({ local: '10.8.0.1', remote: '10.8.0.9' }),
      lab.watch({ local: '2001:db8:9::1', remote: '2001:db8:9::9' }),
    ];
    await lab.ip('link set p0 nomaster');
    // A bridge without a port has no carrier.
    expect(flows.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable carrier-lost'));
    await lab.ip('link del br0');
    expect(flows.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable link-down'));
  });
});

describe('15', () => {
  fact('15: a link that is renamed while it is up keeps its flows', async (lab) => {
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ip('link set eth0 name lan0');
    expect(answers()).toEqual(bothAgreed('routable'));
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
    expect(lab.monitor.lookup('203.0.113.1').link).toBe('lan0');
    expect(lab.monitor.state.defaultPaths[4]?.link).toBe('lan0');
  });

  fact('15: a link that is renamed while it is down gets its flows back with its routes', async (lab) => {
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ip('link set eth0 down', 'link set eth0 name lan0');
    expect(answers()).toEqual(bothAgreed('unroutable link-down'));
    await lab.ip(
      'link set lan0 up',
      'addr add 2001:db8:2::1/64 dev lan0 nodad',
      'route add default via 198.51.100.254 dev lan0 metric 100',
      'route add default via 2001:db8:2::fe dev lan0 metric 100',
    );
    expect(answers()).toEqual(bothAgreed('routable'));
    expect(flows.map(({ path }) => path)).toEqual(['lan0 via 198.51.100.254', 'lan0 via 2001:db8:2::fe']);
    expect(lab.monitor.state.defaultPaths[4]?.link).toBe('lan0');
  });

  fact('15: two links swap their names and nothing else', async (lab) => {
    const [ethernet, wifi] = [lab.watchBoth('ethernet'), lab.watchBoth('wifi')];
    await lab.ip('link set eth0 name swap0', 'link set wlan0 name eth0', 'link set swap0 name wlan0');
    expect([...ethernet.flows, ...wifi.flows].flatMap(({ told }) => told)).toEqual([]);
    expect(lab.monitor.lookup('203.0.113.1')).toMatchObject({ link: 'wlan0', gateway: '198.51.100.254' });
  });
});

describe('16', () => {
  fact('16: an address that two links have is local until both have lost it', async (lab) => {
    // On eth0 too, where the addresses that stay keep the default.
    await lab.ip('addr add 192.0.2.1/24 dev eth0', 'addr add 2001:db8:1::1/64 dev eth0 nodad');
    const { answers } = lab.watchBoth('wifi');
    await lab.ip('addr del 192.0.2.1/24 dev wlan0', 'addr del 2001:db8:1::1/64 dev wlan0');
    expect(answers()).toEqual(bothAgreed('routable'));
    await lab.ip('addr del 192.0.2.1/24 dev eth0', 'addr del 2001:db8:1::1/64 dev eth0');
    expect(answers()).toEqual(bothAgreed('unroutable source-removed'));
  });

  fact('16: an address that one link has twice is local until both are gone', async (lab) => {
    await lab.ip('addr add 198.51.100.1/32 dev eth0', 'addr add 198.51.100.9/24 dev eth0');
    const flow = lab.watch(lab.toServer('ethernet', 'v4'));
    await lab.client.sysctl('net.ipv4.conf.eth0.promote_secondaries', 1);
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(flow.answers()).toEqual(agreed('routable'));
    await lab.ip('addr del 198.51.100.1/32 dev eth0');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
  });
});

fact('17: noise changes nothing', async (lab) => {
  const { state } = lab.monitor;
  const heard = listen(lab);
  const flows = [...lab.watchBoth('ethernet').flows, ...lab.watchBoth('wifi').flows];
  const end = lab.net.ethernet.a;
  for (const noise of [mtuChange, aliasChange, captureStarted, addressRefresh]) {
    const undo = await noise(end);
    await lab.equal();
    await undo();
  }
  await dockerLikeVeth(lab.client);
  await lab.equal();
  expect(heard).toEqual([]);
  expect(flows.flatMap(({ told }) => told)).toEqual([]);
  expect(lab.monitor.state).toMatchObject({
    generation: state.generation,
    links: state.links,
    defaultPaths: state.defaultPaths,
  });
});

describe('18', () => {
  const options = { dad: true };
  const addressOf = ({ monitor }: Pick<MonitoredLab, 'monitor'>, address: string) =>
    monitor.state.addresses.find((entry) => entry.address === address);

  fact(
    '18: an address is not usable while its duplicates are looked for',
    async (lab) => {
      await lab.client.sysctl('net.ipv6.conf.eth0.dad_transmits', 3);
      const isUsable = () =>
        waitFor(() => addressOf(lab, '2001:db8:2::1')?.isTentative === false, {
          what: 'the address to be usable',
          timeoutMs: 10_000,
        });
      await isUsable();
      await lab.equal();
      const flow = lab.watch(lab.toServer('ethernet', 'v6'));
      await lab.client.ip([
        'addr del 2001:db8:2::1/64 dev eth0',
        'addr add 2001:db8:2::1/64 dev eth0',
        'route replace default via 2001:db8:2::fe dev eth0 metric 100',
      ]);
      await waitFor(() => addressOf(lab, '2001:db8:2::1')?.isTentative, { what: 'the tentative address' });
      expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
      await isUsable();
      await lab.equal();
      expect(flow.answers()).toEqual(agreed('routable'));
    },
    options,
  );

  fact(
    '18: an address that somebody else has is never usable',
    async (lab) => {
      await lab.net.router.ip('addr add 2001:db8:2::77/64 dev eth0 nodad');
      await lab.client.ip('addr add 2001:db8:2::77/64 dev eth0');
      await waitFor(() => addressOf(lab, '2001:db8:2::77')?.isDadFailed, {
        what: 'the duplicate to be noticed',
        timeoutMs: 10_000,
      });
      await waitFor(() => addressOf(lab, '2001:db8:2::1')?.isTentative === false, {
        what: 'the others to be usable',
        timeoutMs: 10_000,
      });
      await lab.equal();
      const flow = lab.watch({ local: '2001:db8:2::77', remote: '2001:db8:3::1' });
      await lab.ip('addr del 2001:db8:2::77/64 dev eth0');
      expect(flow.told).toEqual([]);
    },
    options,
  );
});

describe('19', () => {
  fact(
    '19: IPv4 replaces the first of its siblings, appends behind and prepends before them',
    async (lab) => {
      await lab.ip(
        'route add 10.9.0.0/16 via 198.51.100.2',
        'route append 10.9.0.0/16 via 192.0.2.3',
        'route prepend 10.9.0.0/16 via 192.0.2.4',
      );
      const flow = lab.watch({ local: '192.0.2.1', remote: '10.9.0.1' });
      expect(flow.path).toBe('wlan0 via 192.0.2.4');
      await lab.ip('route replace 10.9.0.0/16 via 192.0.2.5');
      expect(flow.path).toBe('wlan0 via 192.0.2.5');
      expect(flow.told).toEqual(['rerouted gateway-changed']);
      await lab.ip('route del 10.9.0.0/16 via 192.0.2.5');
      expect(flow.answers()).toEqual(agreed('unroutable gateway-removed'));
      await lab.ip('route del 10.9.0.0/16');
    },
  );

  fact('19: IPv4 routes of one prefix are told apart by metric and service', async (lab) => {
    await lab.ip(
      'route add 10.9.0.0/16 via 192.0.2.3 metric 7',
      'route add 10.9.0.0/16 via 198.51.100.2 metric 3',
    );
    const flow = lab.watch({ local: '198.51.100.1', remote: '10.9.0.1' });
    await lab.ip('route add 10.9.0.0/16 tos 0x10 via 192.0.2.6');
    expect(flow.told).toEqual([]);
    await lab.ip('route change 10.9.0.0/16 via 192.0.2.9 metric 3');
    expect(flow.answers()).toEqual(agreed('unroutable gateway-removed'));
    await lab.ip('route del 10.9.0.0/16 metric 3');
    await lab.ip('route del 10.9.0.0/16 metric 7');
  });
});

describe('20', () => {
  fact('20: legs of an IPv6 route come and go', async (lab) => {
    await lab.ip('route append 2001:db8:9::/64 via 2001:db8:2::2 dev eth0');
    const flow = lab.watch({ local: '2001:db8:2::1', remote: '2001:db8:9::1' });
    await lab.ip('route append 2001:db8:9::/64 via 2001:db8:2::3 dev eth0');
    await lab.ip('route append 2001:db8:9::/64 via 2001:db8:2::4 dev eth0');
    await lab.ip('route del 2001:db8:9::/64 via 2001:db8:2::3 dev eth0');
    expect(flow.told.filter((verdict) => verdict !== 'routable')).toEqual([]);
    await lab.ip('route replace 2001:db8:9::/64 via 2001:db8:2::9 dev eth0');
    expect(flow.verdict.reason).toBe('gateway-changed');
    await lab.ip('route del 2001:db8:9::/64');
  });

  fact('20: an IPv6 route with a gateway replaces one without', async (lab) => {
    await lab.ip('route add 2001:db8:9::/64 dev eth0 metric 100');
    await lab.ip('route replace 2001:db8:9::/64 via 2001:db8:1::2 dev wlan0 metric 100');
    expect(lab.monitor.lookup('2001:db8:9::1').link).toBe('wlan0');
  });

  fact('20: an IPv6 route without a gateway replaces one with', async (lab) => {
    await lab.ip('route add 2001:db8:9::/64 via 2001:db8:1::2 dev wlan0 metric 100');
    await lab.ip('route replace 2001:db8:9::/64 dev eth0 metric 100');
    expect(lab.monitor.lookup('2001:db8:9::1').link).toBe('eth0');
  });
});

describe('21', () => {
  fact('21: a table is flushed', async (lab) => {
    await lab.ip(
      'route add 203.0.113.0/24 via 198.51.100.253 table 77',
      'route add 10.8.0.0/16 dev eth0 table 77',
    );
    await lab.ip('rule add pref 77 to 203.0.113.0/24 lookup 77');
    const flow = lab.watch(lab.toServer('ethernet', 'v4'));
    await lab.ip('route flush table 77');
    expect(flow.answers()).toEqual(agreed('unroutable gateway-removed'));
  });

  fact('21: refusals have no link', async (lab) => {
    await lab.ip('route add blackhole 10.9.0.0/16', 'route add unreachable 10.9.1.0/24');
    await lab.ip('route add prohibit 2001:db8:9::/64', 'route add unreachable 2600::/12 metric 5');
    const flows = ['10.9.0.1', '10.9.1.1', '2001:db8:9::1', '2600::1'].map((remote) => lab.watch({ remote }));
    await lab.ip('route add throw 8.8.8.0/24', 'route del unreachable 10.9.1.0/24');
    await lab.ip('route del prohibit 2001:db8:9::/64', 'route del blackhole 10.9.0.0/16');
    expect(flows.slice(0, 3).map((flow) => flow.answers())).toEqual(Array(3).fill(agreed('routable')));
  });

  fact('21: IPv4 goes over IPv6 gateways, and over links without any', async (lab) => {
    await lab.ip(
      'route add 10.9.0.0/16 via inet6 2001:db8:2::fe dev eth0',
      'route add 10.9.1.0/24 via 10.200.0.1 dev eth0 onlink',
      'route add default dev wlan0 metric 5',
    );
    expect(lab.monitor.lookup('10.9.0.1')).toMatchObject({ link: 'eth0', gateway: '2001:db8:2::fe' });
    expect(lab.monitor.lookup('8.8.8.8')).toMatchObject({ link: 'wlan0', gateway: null });
    const flow = lab.watch({ local: '198.51.100.1', remote: '10.9.0.1' });
    await lab.ip('route replace 10.9.0.0/16 via inet6 2001:db8:2::fd dev eth0');
    expect(flow.verdict.reason).toBe('gateway-changed');
  });

  fact('21: rules come and go', async (lab) => {
    const flow = lab.watch(lab.toServer('ethernet', 'v4'));
    await lab.ip('rule add pref 50 to 203.0.113.0/24 unreachable');
    expect(flow.verdict.kind).toBe('unroutable');
    await lab.ip('rule add pref 40 from 198.51.100.1 lookup main', 'rule add pref 30 fwmark 7 lookup 77');
    expect(flow.verdict.kind).toBe('routable');
    await lab.ip('rule del pref 40');
    expect(flow.verdict.kind).toBe('unroutable');
    await lab.ip('rule del pref 50', 'rule del pref 30');
    expect(flow.answers()).toEqual(agreed('routable'));
  });
});
