import { describe, expect } from 'vitest';
import { type FactLab, fact } from '../../fixtures/kernel-fact.js';
import { agreed, bothAgreed } from '../../fixtures/monitored-lab.js';
import { carrierLost } from '../../lab/index.js';

// docs/kernel.md 6: what a lost carrier makes of routes, as the settings say.

async function ignoreLinkdown(lab: FactLab, link: string, value: 0 | 1 = 1): Promise<void> {
  await lab.client.sysctl(`net.ipv4.conf.${link}.ignore_routes_with_linkdown`, value);
  await lab.client.sysctl(`net.ipv6.conf.${link}.ignore_routes_with_linkdown`, value);
}

function linksTo({ monitor }: FactLab): (string | null)[] {
  return ['203.0.113.1', '2001:db8:3::1'].map((destination) => monitor.lookup(destination).link);
}

describe('6', () => {
  fact('6: without a carrier routes still lead into the void', async (lab) => {
    const { answers } = lab.watchBoth('ethernet');
    const undo = await carrierLost(lab.net.ethernet.a);
    await lab.equal();
    expect(answers()).toEqual(bothAgreed('unroutable carrier-lost'));
    expect(linksTo(lab)).toEqual(['eth0', 'eth0']);
    await undo();
    await lab.equal();
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  fact('6: with ignore_routes_with_linkdown=1 they do not count', async (lab) => {
    await ignoreLinkdown(lab, 'eth0');
    const [lost, other] = [lab.watchBoth('ethernet'), lab.watchBoth('wifi')];
    const undo = await carrierLost(lab.net.ethernet.a);
    await lab.equal();
    expect(lost.answers()).toEqual(bothAgreed('unroutable carrier-lost'));
    expect(linksTo(lab)).toEqual(['wlan0', 'wlan0']);
    expect(lab.monitor.state.defaultPaths).toMatchObject({ 4: { link: 'wlan0' }, 6: { link: 'wlan0' } });
    expect(other.answers()).toEqual(bothAgreed('routable'));
    await undo();
    await lab.equal();
    expect(lost.answers()).toEqual(bothAgreed('routable'));
    expect(linksTo(lab)).toEqual(['eth0', 'eth0']);
  });

  fact('6: the setting counts for all links, too', async (lab) => {
    await ignoreLinkdown(lab, 'all');
    await carrierLost(lab.net.ethernet.a);
    await lab.equal();
    expect(linksTo(lab)).toEqual(['wlan0', 'wlan0']);
  });

  fact('6: the setting counts when it changes while the carrier is gone', async (lab) => {
    const undo = await carrierLost(lab.net.ethernet.a);
    await ignoreLinkdown(lab, 'eth0');
    await lab.equal();
    expect(linksTo(lab)).toEqual(['wlan0', 'wlan0']);
    await ignoreLinkdown(lab, 'eth0', 0);
    await lab.equal();
    expect(linksTo(lab)).toEqual(['eth0', 'eth0']);
    await undo();
  });

  fact('6: a link that was told to ignore keeps its own addresses', async (lab) => {
    await ignoreLinkdown(lab, 'eth0');
    const flow = lab.watch({ local: '198.51.100.1', remote: '198.51.100.1' });
    await carrierLost(lab.net.ethernet.a);
    await lab.equal();
    expect(flow.answers()).toEqual(agreed('routable'));
  });

  fact('6: legs without a carrier are passed over', async (lab) => {
    await ignoreLinkdown(lab, 'eth0');
    await lab.ip(
      'route add 10.9.0.0/16 nexthop via 198.51.100.2 dev eth0 nexthop via 192.0.2.3 dev wlan0',
      'route add 2001:db8:9::/64 nexthop via 2001:db8:2::2 dev eth0 nexthop via 2001:db8:1::3 dev wlan0',
    );
    const links = () => ['10.9.0.1', '2001:db8:9::1'].map((to) => lab.monitor.lookup(to).link);
    const undo = await carrierLost(lab.net.ethernet.a);
    await lab.equal();
    expect(links()).toEqual(['wlan0', 'wlan0']);
    await undo();
    await lab.equal();
    // Whatever a dump said of them meanwhile, they live.
    await lab.ip('link set wlan0 down');
    expect(links()).toEqual(['eth0', 'eth0']);
  });

  fact('6: where no other route is left there is none', async (lab) => {
    await ignoreLinkdown(lab, 'eth0');
    await lab.ip('link set wlan0 down');
    await carrierLost(lab.net.ethernet.a);
    await lab.equal();
    expect(linksTo(lab)).toEqual([null, null]);
    expect(lab.monitor.state.defaultPaths).toEqual({ 4: null, 6: null });
  });
});
