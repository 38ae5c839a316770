import { describe, expect, it } from 'vitest';
import type { NetworkChange } from '../../main/index.js';
import { type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import { allDefaultsRemoved, carrierLost, linkDown } from '../lab/index.js';

// What the monitor says of the network as a whole: state, generation and events.

function summaries(lab: MonitoredLab): string[] {
  const said: string[] = [];
  lab.monitor.on('change', ({ summary }) => said.push(summary));
  return said;
}

const ethernet4 = 'eth0 via 198.51.100.254';
const wifi4 = 'wlan0 via 192.0.2.254';

describe('the state', () => {
  it('holds what the kernel has at the start', async () => {
    await using lab = await monitoredLab();
    const { links, addresses, rules, defaultPaths, status, families, validated } = lab.monitor.state;
    const dump = await lab.net.client.dump();
    expect(links.map(({ ifindex, name }) => `${ifindex} ${name}`).sort()).toEqual(
      dump.links.map(({ ifindex, ifname }) => `${ifindex} ${ifname}`).sort(),
    );
    expect(links.find(({ name }) => name === 'eth0')).toMatchObject({
      kind: 'veth',
      isLoopback: false,
      isUp: true,
      hasCarrier: true,
      masterIfindex: null,
    });
    expect(
      addresses.map(({ ifindex, address, prefixLength }) => `${ifindex} ${address}/${prefixLength}`).sort(),
    ).toEqual(
      dump.addresses.map(({ ifindex, local, prefixlen }) => `${ifindex} ${local}/${prefixlen}`).sort(),
    );
    expect(rules.map(({ family, priority }) => `${family} ${priority}`).sort()).toEqual(
      dump.rules.map(({ family, priority }) => `${family} ${priority}`).sort(),
    );
    expect(defaultPaths[4]).toMatchObject({
      link: 'eth0',
      gateway: '198.51.100.254',
      source: '198.51.100.1',
    });
    expect(defaultPaths[6]).toMatchObject({
      link: 'eth0',
      gateway: '2001:db8:2::fe',
      source: '2001:db8:2::1',
    });
    expect({ status, families, validated }).toEqual({
      status: 'online',
      families: { 4: 'online', 6: 'online' },
      validated: false,
    });
  });

  it('is immutable, and the same object until something changes', async () => {
    await using lab = await monitoredLab();
    const { state } = lab.monitor;
    expect(lab.monitor.state).toBe(state);
    expect(Object.isFrozen(state) && Object.isFrozen(state.links) && Object.isFrozen(state.addresses)).toBe(
      true,
    );
    await lab.ip('addr add 10.1.1.1/24 dev wlan0');
    expect(lab.monitor.state).not.toBe(state);
    expect(lab.monitor.state.seq).toBeGreaterThan(state.seq);
    expect(lab.monitor.state.links).toBe(state.links);
    expect(state.addresses).toHaveLength(lab.monitor.state.addresses.length - 1);
  });

  it('has each rule that the kernel has, also such that differ in ports only', async () => {
    await using lab = await monitoredLab();
    const ours = () => lab.monitor.state.rules.filter(({ priority }) => priority === 100);
    await lab.net.client.ip(
      ['rule add pref 100 dport 80 lookup 77', 'rule add pref 100 dport 443 lookup 77'],
      { family: 4 },
    );
    await lab.settled();
    expect(ours()).toHaveLength(2);
    await lab.net.client.ip('rule del pref 100 dport 80 lookup 77', { family: 4 });
    await lab.settled();
    expect(ours()).toHaveLength(1);
  });

  it('follows rules in the order of their priority', async () => {
    await using lab = await monitoredLab();
    await lab.ipBoth(() => 'rule add pref 500 lookup 77');
    await lab.ipBoth(() => 'rule add pref 5 fwmark 0x1/0xff lookup 77');
    const { rules } = lab.monitor.state;
    expect(rules.filter(({ family }) => family === 4).map(({ priority }) => priority)).toEqual([
      0, 5, 500, 32766, 32767,
    ]);
    expect(rules.find(({ priority }) => priority === 5)).toMatchObject({
      action: 'lookup',
      table: 77,
      fwmark: 1,
      fwmask: 255,
      isInverted: false,
    });
  });
});

describe('the status', () => {
  it('is online, local and offline by what is left, for each family and for both', async () => {
    await using lab = await monitoredLab();
    const status = () => {
      const { status: overall, families } = lab.monitor.state;
      return [overall, families[4], families[6]];
    };
    await allDefaultsRemoved(lab.net.client, { family: 4 });
    await lab.settled();
    expect(status()).toEqual(['online', 'local', 'online']);
    await allDefaultsRemoved(lab.net.client);
    await lab.settled();
    expect(status()).toEqual(['local', 'local', 'local']);
    await lab.ip(['addr flush dev wlan0 scope global', 'addr del 2001:db8:2::1/64 dev eth0']);
    expect(status()).toEqual(['local', 'local', 'offline']);
    await lab.ip('link set eth0 down');
    expect(status()).toEqual(['offline', 'offline', 'offline']);
  });

  it('is not online by a default over a link without a carrier', async () => {
    await using lab = await monitoredLab();
    await linkDown(lab.net.wifi.a);
    await carrierLost(lab.net.ethernet.a);
    await lab.settled();
    expect(lab.monitor.state.defaultPaths).toEqual({ 4: null, 6: null });
    expect(lab.monitor.state.status).toBe('offline');
  });
});

describe('the generation', () => {
  it('grows by one when a default path is another one, and not otherwise', async () => {
    await using lab = await monitoredLab();
    const { monitor } = lab;
    const start = monitor.state.generation;
    const steps: readonly (readonly [string, number])[] = [
      ['route add default via 192.0.2.254 dev wlan0 metric 50', 1],
      ['route replace default via 192.0.2.253 dev wlan0 metric 50', 2],
      ['route add 10.0.0.0/8 via 192.0.2.254', 2],
      ['route add default via 198.51.100.254 dev eth0 metric 60', 2],
      ['route del default metric 50', 3],
      ['addr add 198.51.100.9/24 dev eth0', 3],
      ['route replace default via 198.51.100.254 dev eth0 metric 60 src 198.51.100.9', 4],
      // Of IPv6 addresses alike the kernel takes the newest; the old one stays the path's while it is preferred.
      ['addr add 2001:db8:2::9/64 dev eth0 nodad', 4],
      ['addr change 2001:db8:2::1/64 dev eth0 preferred_lft 0', 5],
    ];
    for (const [command, grown] of steps) {
      await lab.ip(command);
      // A new IPv6 address is told in the kernel's own time (addrconf_dad_work); until then the next step would meet
      // another state.
      const [, added] = /^addr add (.*)\//.exec(command) ?? [];
      if (added !== undefined)
        await expect.poll(() => monitor.state.addresses.map(({ address }) => address)).toContain(added);
      await expect.poll(() => [command, monitor.state.generation - start]).toEqual([command, grown]);
    }
  });
});

describe('a change event', () => {
  it('says in words what is another path, and whether the old one is lost or only beaten', async () => {
    await using lab = await monitoredLab();
    const changes: NetworkChange[] = [];
    lab.monitor.on('change', (change) => changes.push(change));
    await lab.ip('route add default via 192.0.2.254 dev wlan0 metric 50');
    await lab.ip('route del default via 192.0.2.254 dev wlan0 metric 50');
    expect(
      changes.map(({ summary, families, defaultPathLost }) => ({ summary, families, defaultPathLost })),
    ).toEqual([
      { summary: `IPv4 default ${ethernet4} -> ${wifi4}`, families: [4], defaultPathLost: false },
      { summary: `IPv4 default ${wifi4} -> ${ethernet4}`, families: [4], defaultPathLost: true },
    ]);
  });

  it.each<readonly [string, (lab: MonitoredLab) => Promise<unknown>]>([
    ['the link goes down', ({ net }) => linkDown(net.ethernet.a)],
    ['the carrier is lost', ({ net }) => carrierLost(net.ethernet.a)],
    ['the address goes', ({ net }) => net.client.ip('addr del 198.51.100.1/24 dev eth0')],
  ])('calls the default path lost when %s', async (_, lose) => {
    await using lab = await monitoredLab();
    const changes: NetworkChange[] = [];
    lab.monitor.on('change', (change) => changes.push(change));
    await lose(lab);
    await lab.settled();
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.every(({ defaultPathLost }) => defaultPathLost)).toBe(true);
  });

  it('comes after the events of its parts, in a state that has it all', async () => {
    await using lab = await monitoredLab();
    const order: string[] = [];
    const { monitor } = lab;
    for (const name of ['link', 'address', 'route', 'gateway', 'change', 'batch'] as const) {
      monitor.on(name, () => {
        if (order.at(-1) !== name) order.push(name);
        if (name === 'link') expect(monitor.state.defaultPaths[4]?.link).toBe('wlan0');
      });
    }
    await lab.ip('link set eth0 down');
    expect(order.filter((name) => name !== 'address' && name !== 'route').slice(0, 4)).toEqual([
      'link',
      'gateway',
      'change',
      'batch',
    ]);
  });

  it('follows the link of the default path through its new name', async () => {
    await using lab = await monitoredLab();
    const said = summaries(lab);
    await lab.ip('link set eth0 name lan0');
    expect(lab.monitor.state.defaultPaths).toMatchObject({ 4: { link: 'lan0' }, 6: { link: 'lan0' } });
    expect(said).toEqual([]);
  });
});

describe('receivedAt', () => {
  it('is the time of the kernel’s news on the clock of process.hrtime()', async () => {
    await using lab = await monitoredLab();
    const now = () => Number(process.hrtime.bigint()) / 1e6;
    const before = now();
    let at = 0;
    lab.monitor.once('change', () => {
      at = lab.monitor.receivedAt;
    });
    await lab.ip('route add default via 192.0.2.254 dev wlan0 metric 50');
    expect(at).toBeGreaterThan(before);
    expect(at).toBeLessThan(now());
  });
});
