import { describe, expect, it } from 'vitest';
import { agreed, bothAgreed, type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import {
  addressRemoved,
  allDefaultsRemoved,
  bestDefaultRemoved,
  carrierLost,
  linkDeleted,
  linkDown,
  type Undo,
} from '../lab/index.js';

// docs/verdicts.md, rows 1 to 6, by the ways in which a computer loses its network. Each test has an IPv4 and an IPv6
// flow, and asks for what was told, the mirror's and the kernel's verdict.

type Lose = (lab: MonitoredLab) => Promise<Undo>;

describe('a flow over the best default', () => {
  const losses: readonly (readonly [string, string, Lose])[] = [
    ['link-down', 'the link goes down', ({ net }) => linkDown(net.ethernet.a)],
    ['carrier-lost', 'the carrier is lost', ({ net }) => carrierLost(net.ethernet.a)],
    ['source-removed', 'its address is removed', ({ net }) => addressRemoved(net.ethernet.a)],
    ['gateway-removed', 'that default is removed, one stays', ({ net }) => bestDefaultRemoved(net.client)],
    ['no-route', 'all defaults are removed', ({ net }) => allDefaultsRemoved(net.client)],
  ];

  it.each(losses)('is unroutable (%s) when %s, and routable when that is undone', async (reason, _, lose) => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    expect(answers()).toEqual(bothAgreed('routable'));
    const undo = await lose(lab);
    await lab.settled();
    expect(answers()).toEqual(bothAgreed(`unroutable ${reason}`));
    await undo();
    await lab.settled();
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('is unroutable (link-down) when the link is deleted', async () => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    await linkDeleted(lab.net.ethernet);
    await lab.settled();
    expect(answers()).toEqual(bothAgreed('unroutable link-down'));
  });

  it('is unroutable (link-down) when the link moves to another namespace', async () => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    await lab.net.ethernet.a.moveTo(lab.net.server, 'eth9');
    await lab.settled();
    expect(answers()).toEqual(bothAgreed('unroutable link-down'));
  });

  it('is left alone when the other link is lost in whatever way', async () => {
    await using lab = await monitoredLab();
    const { wifi } = lab.net;
    const { flows, answers } = lab.watchBoth('ethernet');
    for (const lose of [linkDown, carrierLost, addressRemoved]) {
      const undo = await lose(wifi.a);
      await lab.settled();
      await undo();
    }
    await linkDeleted(wifi);
    await lab.settled();
    expect(flows.map(({ told }) => told)).toEqual([[], []]);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('knows the path it takes', async () => {
    await using lab = await monitoredLab();
    const { ethernet, ethernetGateway } = lab.net.addresses;
    const oif = await lab.net.ethernet.a.ifindex();
    const { flows } = lab.watchBoth('ethernet');
    expect(flows.map(({ verdict }) => verdict)).toEqual(
      (['v4', 'v6'] as const).map((version) => ({
        kind: 'routable',
        reason: null,
        certain: true,
        path: {
          oif,
          link: 'eth0',
          gateway: ethernetGateway[version],
          source: ethernet[version],
          table: 254,
          gatewayReachable: true,
        },
      })),
    );
  });
});

describe('a row that held when the flow was registered', () => {
  const serverRoutes = (verb: string) => [
    `route ${verb} 203.0.113.0/24 via 198.51.100.254`,
    `route ${verb} 2001:db8:3::/64 via 2001:db8:2::fe`,
  ];

  it.each<readonly [string, Lose]>([
    ['the link was down', ({ net }) => linkDown(net.ethernet.a)],
    ['the carrier was lost', ({ net }) => carrierLost(net.ethernet.a)],
    ['the source was no address of ours', ({ net }) => addressRemoved(net.ethernet.a)],
    ['there was no route', ({ net }) => allDefaultsRemoved(net.client)],
  ])('never condemns it: %s', async (_, lose) => {
    await using lab = await monitoredLab();
    await lose(lab);
    await lab.settled();
    const { flows, answers } = lab.watchBoth('ethernet');
    expect(answers()).toEqual(bothAgreed('routable'));
    // Something that touches it: a route to its peer comes and goes, beside a fallback.
    await lab.ip([
      'route add 203.0.113.0/24 dev wlan0 metric 9',
      'route add 2001:db8:3::/64 dev wlan0 metric 9',
    ]);
    await lab.ip([
      'route del 203.0.113.0/24 dev wlan0 metric 9',
      'route del 2001:db8:3::/64 dev wlan0 metric 9',
    ]);
    expect(flows.flatMap(({ told }) => told).filter((verdict) => /^unroutable/.test(verdict))).toEqual([]);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it.each(['unreachable', 'prohibit', 'blackhole'])('never condemns it: the route was %s', async (type) => {
    await using lab = await monitoredLab();
    await lab.ip([`route add ${type} 203.0.113.0/24`, `route add ${type} 2001:db8:3::/64`]);
    const { answers } = lab.watchBoth('ethernet');
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('does not excuse another: a flow without a carrier is condemned when its link goes down', async () => {
    await using lab = await monitoredLab();
    await carrierLost(lab.net.ethernet.a);
    await lab.settled();
    const { answers } = lab.watchBoth('ethernet');
    await lab.ip('link set eth0 down');
    expect(answers()).toEqual(bothAgreed('unroutable link-down'));
  });

  it('holds for that flow only: one registered before is condemned', async () => {
    await using lab = await monitoredLab();
    const before = lab.watch(lab.toServer('ethernet', 'v4'));
    await allDefaultsRemoved(lab.net.client);
    await lab.settled();
    const after = lab.watch(lab.toServer('ethernet', 'v4'));
    expect([before.answers(), after.answers()]).toEqual([agreed('unroutable no-route'), agreed('routable')]);
    await lab.ip(serverRoutes('add'));
    expect([before.answers(), after.answers()]).toEqual([agreed('routable'), agreed('routable')]);
  });
});
