import { describe, expect, it } from 'vitest';
import { NetworkMonitor } from '../../main/index.js';
import { agreed, bothAgreed, monitoredLab, WatchedEnds } from '../fixtures/monitored-lab.js';
import { settled } from '../fixtures/settled.js';
import { addressRemoved, allDefaultsRemoved, carrierLost, Lab, linkDown, waitFor } from '../lab/index.js';

// docs/verdicts.md: which addresses are judged and how; docs/kernel.md's events that mislead.

describe('a flow', () => {
  it('outlives the removal of its address from one of two links (docs/kernel.md 16)', async () => {
    await using lab = await monitoredLab();
    // On eth0 too, where the addresses that stay keep the default.
    await lab.ip(['addr add 192.0.2.1/24 dev eth0', 'addr add 2001:db8:1::1/64 dev eth0 nodad']);
    const { answers } = lab.watchBoth('wifi');
    await lab.ip(['addr del 192.0.2.1/24 dev wlan0', 'addr del 2001:db8:1::1/64 dev wlan0']);
    expect(answers()).toEqual(bothAgreed('routable'));
    await lab.ip(['addr del 192.0.2.1/24 dev eth0', 'addr del 2001:db8:1::1/64 dev eth0']);
    expect(answers()).toEqual(bothAgreed('unroutable source-removed'));
  });

  it('is told when the link that its address moved to loses its carrier', async () => {
    await using lab = await monitoredLab();
    const flow = lab.watch(lab.toServer('ethernet', 'v4'));
    await lab.ip(['addr add 198.51.100.1/24 dev wlan0', 'addr add 198.18.200.1/24 dev eth0']);
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(flow.answers()).toEqual(agreed('routable'));
    await carrierLost(lab.net.wifi.a);
    await lab.settled();
    const { told, mirror } = flow.answers();
    expect(told).toBe(mirror);
  });

  it('is told when either of the two links that have its address comes back', async () => {
    await using lab = await monitoredLab();
    await lab.ip(['addr add 198.51.100.1/32 dev wlan0', 'route del default', 'route del default']);
    const flow = lab.watch({ local: '198.51.100.1', remote: '198.51.100.254' });
    for (const command of ['eth0 down', 'wlan0 down', 'wlan0 up', 'wlan0 down', 'eth0 up', 'wlan0 up']) {
      await lab.ip(`link set ${command}`);
      const { told, mirror } = flow.answers();
      expect([command, told]).toEqual([command, mirror]);
    }
    expect(flow.answers()).toEqual(agreed('routable'));
  });

  it('outlives a rename of its link, and its path has the new name (docs/kernel.md 15)', async () => {
    await using lab = await monitoredLab();
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ip(['link set eth0 down', 'link set eth0 name lan0']);
    await lab.ip(['link set lan0 up', 'addr add 2001:db8:2::1/64 dev lan0 nodad']);
    await lab.ip([
      'route add default via 198.51.100.254 dev lan0 metric 100',
      'route add default via 2001:db8:2::fe dev lan0 metric 100',
    ]);
    expect(answers()).toEqual(bothAgreed('routable'));
    expect(flows.map(({ path }) => path)).toEqual(['lan0 via 198.51.100.254', 'lan0 via 2001:db8:2::fe']);
    expect(lab.monitor.state.defaultPaths[4]?.link).toBe('lan0');
  });

  it('outlives a rename of its link while that is up', async () => {
    await using lab = await monitoredLab();
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ip('link set eth0 name lan0');
    expect(answers()).toEqual(bothAgreed('routable'));
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
    expect(lab.monitor.state.links.map(({ name }) => name)).toContain('lan0');
    expect(lab.monitor.lookup('203.0.113.1').link).toBe('lan0');
    expect(lab.monitor.state.defaultPaths[4]?.link).toBe('lan0');
  });

  it('is left alone when its link joins and leaves a bridge (docs/kernel.md 14)', async () => {
    await using lab = await monitoredLab();
    await lab.net.client.ip(['link add br0 type bridge', 'link set br0 up']);
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ip('link set eth0 master br0');
    expect(lab.monitor.state.links.find(({ name }) => name === 'eth0')?.masterIfindex).not.toBeNull();
    await lab.ip('link set eth0 nomaster');
    expect(lab.monitor.state.links.find(({ name }) => name === 'eth0')?.masterIfindex).toBeNull();
    expect(flows.flatMap(({ told }) => told).filter((verdict) => /^unroutable/.test(verdict))).toEqual([]);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('outlives the promotion of its secondary address (docs/kernel.md 5)', async () => {
    await using lab = await monitoredLab();
    const secondary = { local: '198.51.100.2', remote: '203.0.113.1' };
    await lab.net.client.sysctl('net.ipv4.conf.eth0.promote_secondaries', 1);
    await lab.ip('addr add 198.51.100.2/24 dev eth0');
    const [flow, primary] = [lab.watch(secondary), lab.watch(lab.toServer('ethernet', 'v4'))];
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(primary.answers()).toEqual(agreed('unroutable source-removed'));
    expect(flow.answers()).toEqual(agreed('routable'));
  });

  it('loses its secondary address together with the primary where none is promoted', async () => {
    await using lab = await monitoredLab();
    await lab.ip('addr add 198.51.100.2/24 dev eth0');
    const flow = lab.watch({ local: '198.51.100.2', remote: '203.0.113.1' });
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
  });

  it('keeps its default when the subnet of the gateway goes and another address stays (docs/kernel.md 3)', async () => {
    await using lab = await monitoredLab();
    await lab.ip('addr add 198.18.200.1/24 dev eth0');
    const [stays, goes] = [
      lab.watch({ local: '198.18.200.1', remote: '203.0.113.1' }),
      lab.watch(lab.toServer('ethernet', 'v4')),
    ];
    await lab.ip('addr del 198.51.100.1/24 dev eth0');
    expect(stays.answers()).toEqual(agreed('routable'));
    expect(goes.answers()).toEqual(agreed('unroutable source-removed'));
  });

  it('with an address that a local route covers is not judged by links (AnyIP)', async () => {
    await using lab = await monitoredLab();
    await lab.ip('route add local 198.18.77.0/24 dev lo');
    const flow = lab.watch({ local: '198.18.77.7', remote: '203.0.113.1' });
    await lab.ip('addr add 198.18.78.1/24 dev eth0');
    expect(flow.answers()).toEqual(agreed('routable'));
    await lab.ip('route del local 198.18.77.0/24 dev lo');
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
  });

  it('without a known local address is judged by its route only', async () => {
    await using lab = await monitoredLab();
    const flows = [lab.watch({ remote: '203.0.113.1' }), lab.watch({ remote: '2001:db8:3::1' })];
    const undo = await addressRemoved(lab.net.wifi.a);
    await lab.settled();
    await undo();
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
    await allDefaultsRemoved(lab.net.client);
    await lab.settled();
    expect(flows.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable no-route'));
  });
});

describe('a flow to the same network', () => {
  it('is left alone when all defaults go, and condemned with its link', async () => {
    await using lab = await monitoredLab();
    const { ethernet, ethernetGateway } = lab.net.addresses;
    const flows = (['v4', 'v6'] as const).map((version) =>
      lab.watch({ local: ethernet[version], remote: ethernetGateway[version] }),
    );
    await allDefaultsRemoved(lab.net.client);
    await lab.settled();
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
    await linkDown(lab.net.ethernet.a);
    await lab.settled();
    expect(flows.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable link-down'));
  });

  it('between link-local addresses is judged on the link of its scope', async () => {
    await using lab = await monitoredLab();
    const linkLocal = async (end: typeof lab.net.wifi.a) =>
      (await end.state()).addr_info.find(({ scope }) => scope === 'link')?.local ?? '';
    const { wifi, ethernet } = lab.net;
    const [onWifi, onEthernet] = await Promise.all(
      [wifi, ethernet].map(async ({ a, b }) =>
        lab.watch({
          local: `${await linkLocal(a)}%${a.name}`,
          remote: `${await linkLocal(b)}%${await a.ifindex()}`,
        }),
      ),
    );
    expect(onWifi?.path).toBe('wlan0');
    expect(onEthernet?.path).toBe('eth0');
    await lab.ip('link set wlan0 down');
    expect(onWifi?.answers()).toEqual(agreed('unroutable link-down'));
    expect(onEthernet?.answers()).toEqual(agreed('routable'));
    expect(onEthernet?.told).toEqual([]);
  });
});

describe('a flow within this host', () => {
  it('over the loopback is never judged, whatever goes', async () => {
    await using lab = await monitoredLab();
    const flows = [
      lab.watch({ local: '127.0.0.1', remote: '127.0.0.1' }),
      lab.watch({ local: '127.0.0.1', remote: '127.8.8.8' }),
      lab.watch({ local: '::1', remote: '::1' }),
    ];
    await allDefaultsRemoved(lab.net.client);
    await linkDown(lab.net.ethernet.a);
    await lab.ip(['link set lo down', 'addr flush dev lo']);
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
    expect(flows.map((flow) => flow.answers())).toEqual([...bothAgreed('routable'), agreed('routable')]);
  });

  it('between its own addresses outlives the loss of carrier and defaults', async () => {
    await using lab = await monitoredLab();
    const { ethernet, wifi } = lab.net.addresses;
    const flow = lab.watch({ local: ethernet.v4, remote: ethernet.v4 });
    const other = lab.watch({ local: ethernet.v4, remote: wifi.v4 });
    await allDefaultsRemoved(lab.net.client);
    await lab.settled();
    expect([flow.answers(), other.answers()]).toEqual(bothAgreed('routable'));
  });
});

describe('an IPv6 address', () => {
  it('is not usable before duplicate address detection is over, nor after it failed (docs/kernel.md 18)', async () => {
    await using lab = await Lab.create();
    const [a, b] = await Promise.all([lab.host('a', { dad: true }), lab.host('b')]);
    const link = await lab.link(a, b, { addresses: [['fd00::1/64'], ['fd00::2/64', 'fd00::3/64']] });
    const isUsable = (address: string) =>
      waitFor(
        async () => !(await link.a.state()).addr_info.find(({ local }) => local === address)?.tentative,
        { what: `${address} to be usable` },
      );
    await isUsable('fd00::1');
    await using monitor = await NetworkMonitor.start({ netns: a.netns });
    const flow = new WatchedEnds(monitor, { local: 'fd00::1', remote: 'fd00::2' });
    await a.ip([
      `addr del fd00::1/64 dev ${link.a.name}`,
      `addr add fd00::1/64 dev ${link.a.name}`,
      `addr add fd00::3/64 dev ${link.a.name}`,
    ]);
    await settled(monitor, a);
    const known = (address: string) => monitor.state.addresses.find((entry) => entry.address === address);
    expect(known('fd00::1')).toMatchObject({ isTentative: true, isDadFailed: false });
    expect(flow.answers()).toEqual(agreed('unroutable source-removed'));
    await waitFor(async () => known('fd00::3')?.isDadFailed, { what: 'the duplicate to be noticed' });
    await isUsable('fd00::1');
    await settled(monitor, a);
    expect(known('fd00::1')).toMatchObject({ isTentative: false, isDadFailed: false });
    expect(flow.answers()).toEqual(agreed('routable'));
  });
});
