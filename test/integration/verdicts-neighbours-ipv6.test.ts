import { describe, expect, it } from 'vitest';
import { NetworkMonitor } from '../../main/index.js';
import { fail, gateways, known, labWithOneDefault, wifiGateways } from '../fixtures/failed-gateways.js';
import { agreed, type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';

// docs/kernel.md 40.

describe('an IPv6 host', () => {
  /** How packets leave, where mirror and kernel agree on it. */
  function way({ monitor }: MonitoredLab, destination = '2001:db8:3::1'): string {
    const [mirror, kernel] = [monitor.lookup(destination), monitor.lookupKernel(destination)];
    expect(mirror).toMatchObject({ link: kernel.link, gateway: kernel.gateway, source: kernel.source });
    return `${mirror.link} via ${mirror.gateway}`;
  }
  const ethernet = `eth0 via ${gateways[1]}`;
  const wifi = `wlan0 via ${wifiGateways[1]}`;

  it('turns to another gateway, and back: so do lookups and the default path', async () => {
    await using lab = await monitoredLab();
    const { monitor } = lab;
    const changes: object[] = [];
    monitor.on('change', ({ families, lostFamilies }) => changes.push({ families, lostFamilies }));
    const { generation } = monitor.state;
    expect(way(lab)).toBe(ethernet);
    await fail(lab);
    expect(way(lab)).toBe(wifi);
    expect(monitor.state.defaultPaths[6]).toMatchObject({ link: 'wlan0', gatewayReachable: true });
    // IPv4 sticks to its route.
    expect(monitor.state.defaultPaths[4]).toMatchObject({ link: 'eth0', gatewayReachable: false });
    expect(monitor.state.generation).toBe(generation + 1);
    expect(changes).toContainEqual({ families: [6], lostFamilies: [6] });
    await fail(lab, [wifiGateways[1]], 'wlan0');
    expect(way(lab)).toBe(ethernet);
    expect(monitor.state.defaultPaths[6]).toMatchObject({ link: 'eth0', gatewayReachable: false });
    await lab.ip(known(wifiGateways[1], 'wlan0'));
    expect(way(lab)).toBe(wifi);
    await lab.ip(known(gateways[1], 'eth0'));
    expect(way(lab)).toBe(ethernet);
    expect(monitor.stats.auditCorrections).toBe(0);
  });

  it('passes over prefixes and metrics alike', async () => {
    await using lab = await monitoredLab();
    await lab.ip([
      'route add 2001:db8:3::/64 via 2001:db8:2::fd dev eth0 metric 10',
      'route add 2001:db8:3::/64 via 2001:db8:2::fc dev eth0 metric 20',
      'route add 2001:db8:4::/64 via 2001:db8:2::fd dev eth0',
      'route add unreachable 2001:db8::/32',
    ]);
    await fail(lab, ['2001:db8:2::fd']);
    expect(way(lab)).toBe('eth0 via 2001:db8:2::fc');
    expect(monitorAnswers(lab, '2001:db8:4::1')).toEqual(['unreachable', 'unreachable']);
    await fail(lab, ['2001:db8:2::fc']);
    expect(monitorAnswers(lab, '2001:db8:3::1')).toEqual(['unreachable', 'unreachable']);
    await lab.ip('route del unreachable 2001:db8::/32');
    expect(way(lab)).toBe(ethernet);
    expect(way(lab, '2001:db8:4::1')).toBe(ethernet);
  });

  function monitorAnswers({ monitor }: MonitoredLab, destination: string): (string | null)[] {
    return [monitor.lookup(destination).reason, monitor.lookupKernel(destination).reason];
  }

  it('that forwards sticks to its best route, from when it does', async () => {
    await using lab = await monitoredLab();
    await fail(lab);
    expect(way(lab)).toBe(wifi);
    await lab.net.client.sysctl('net.ipv6.conf.all.forwarding', 1);
    await lab.settled();
    expect(way(lab)).toBe(ethernet);
    await using late = await NetworkMonitor.start({ netns: lab.net.client.netns });
    expect(late.lookup('2001:db8:3::1').link).toBe('eth0');
    await lab.net.client.sysctl('net.ipv6.conf.all.forwarding', 0);
    await lab.settled();
    expect(way(lab)).toBe(wifi);
  });

  it('leaves a flow unroutable whose source belongs to the other link', async () => {
    await using lab = await monitoredLab();
    const flow = lab.watch(lab.toServer('ethernet', 'v6'));
    const other = lab.watch(lab.toServer('wifi', 'v6'));
    await fail(lab);
    expect(flow.answers()).toEqual(agreed('unroutable gateway-unreachable'));
    expect(flow.path).toBe(wifi);
    expect(other.answers()).toEqual(agreed('routable'));
    await lab.ip(known(gateways[1], 'eth0'));
    expect(flow.answers()).toEqual(agreed('routable'));
  });

  it('leaves a flow alone that was registered so', async () => {
    await using lab = await monitoredLab();
    await fail(lab);
    await fail(lab, [wifiGateways[1]], 'wlan0');
    const flow = lab.watch(lab.toServer('ethernet', 'v6'));
    await lab.ip(known(wifiGateways[1], 'wlan0'));
    expect(flow.answers()).toEqual(agreed('rerouted egress-changed'));
  });

  it('only reroutes a flow that has another gateway on its link', async () => {
    await using lab = await labWithOneDefault();
    await lab.ip('route add default via 2001:db8:2::fd dev eth0 metric 200');
    const flow = lab.watch(lab.toServer('ethernet', 'v6'));
    await fail(lab);
    expect(flow.answers()).toEqual(agreed('rerouted gateway-changed'));
    await lab.ip(known(gateways[1], 'eth0'));
    expect(flow.answers()).toEqual(agreed('routable'));
  });

  it('touches no flow for neighbours that are nobody’s gateway', async () => {
    await using lab = await monitoredLab();
    lab.watchBoth('ethernet');
    const { flowChecks } = lab.monitor.stats;
    await fail(
      lab,
      Array.from({ length: 100 }, (_, n) => `2001:db8:2::1:${n.toString(16)}`),
    );
    expect(lab.monitor.stats.failedNeighbours).toBe(100);
    expect(lab.monitor.stats.flowChecks).toBe(flowChecks);
  });
});
