import { describe, expect, it } from 'vitest';
import { agreed, bothAgreed, monitoredLab } from '../fixtures/monitored-lab.js';
import { addressRemoved, allDefaultsRemoved, carrierLost, linkDown } from '../lab/index.js';

// docs/verdicts.md: which addresses are judged and how. See kernel-facts/ for what the kernel does to addresses.

describe('a flow', () => {
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
