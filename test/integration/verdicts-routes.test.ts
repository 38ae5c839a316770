import { describe, expect, it } from 'vitest';
import { bothAgreed, monitoredLab } from '../fixtures/monitored-lab.js';
import { linkDown } from '../lab/index.js';

// docs/verdicts.md, rows 4 to 10, by what happens to routes and rules while links and addresses stay. Each test has an IPv4 and an
// IPv6 flow from Ethernet to the server, over the default route.

const viaEthernet = ['via 198.51.100.254 dev eth0', 'via 2001:db8:2::fe dev eth0'] as const;
const viaWifi = ['via 192.0.2.254 dev wlan0', 'via 2001:db8:1::fe dev wlan0'] as const;
const neighbour = ['via 198.51.100.253 dev eth0', 'via 2001:db8:2::fd dev eth0'] as const;
const serverNet = ['203.0.113.0/24', '2001:db8:3::/64'] as const;

const both = (verdict: string): string[] => [verdict, verdict];

describe('a flow over a gateway', () => {
  it.each([
    ['unreachable', 'unreachable'],
    ['prohibit', 'prohibited'],
    ['blackhole', 'blackholed'],
  ])('is unroutable when the matching route becomes %s: %s', async (type, reason) => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    await lab.ipBoth((i) => `route add ${type} ${serverNet[i]}`);
    expect(answers()).toEqual(bothAgreed(`unroutable ${reason}`));
    await lab.ipBoth((i) => `route del ${type} ${serverNet[i]}`);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('is unroutable when a rule refuses it', async () => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    await lab.ipBoth((i) => `rule add pref 100 to ${serverNet[i]} prohibit`);
    expect(answers()).toEqual(bothAgreed('unroutable prohibited'));
    await lab.ipBoth((i) => `rule del pref 100 to ${serverNet[i]} prohibit`);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('is unroutable when a rule sends it to a table without a route, and no rule follows', async () => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    await lab.ipBoth(() => 'rule add pref 40000 lookup 100');
    expect(answers()).toEqual(bothAgreed('routable'));
    await lab.ipBoth(() => 'rule del pref 32766');
    expect(answers()).toEqual(bothAgreed('unroutable no-route'));
  });

  it('is rerouted (egress-changed) when a better default appears on another link, and back when that goes', async () => {
    await using lab = await monitoredLab();
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ipBoth((i) => `route add default ${viaWifi[i]} metric 50`);
    expect(answers()).toEqual(bothAgreed('rerouted egress-changed'));
    expect(flows.map(({ path }) => path)).toEqual(['wlan0 via 192.0.2.254', 'wlan0 via 2001:db8:1::fe']);
    await lab.ipBoth((i) => `route del default ${viaWifi[i]} metric 50`);
    expect(answers()).toEqual(bothAgreed('routable'));
    expect(flows.map(({ path }) => path)).toEqual(['eth0 via 198.51.100.254', 'eth0 via 2001:db8:2::fe']);
  });

  it('is rerouted (egress-changed) when a VPN takes everything with two halves, and back', async () => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    const halves = ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'];
    await lab.net.client.ip([
      'link add vpn0 type veth peer name vpn1',
      'link set vpn1 up',
      'link set vpn0 up',
      'addr add 10.8.0.2/24 dev vpn0',
    ]);
    await lab.ip([
      'addr add fd08::2/64 dev vpn0 nodad',
      ...halves.map((half) => `route add ${half} dev vpn0`),
    ]);
    expect(answers()).toEqual(bothAgreed('rerouted egress-changed'));
    // docs/kernel.md 13: its halves go without a word.
    await lab.ip('link set vpn0 down');
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('is rerouted (egress-changed) when a rule sends it out of another link', async () => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    await lab.ipBoth((i) => `route add default ${viaWifi[i]} table 100`);
    await lab.ipBoth((i) => `rule add pref 100 to ${serverNet[i]} lookup 100`);
    expect(answers()).toEqual(bothAgreed('rerouted egress-changed'));
    await lab.ipBoth((i) => `route del default ${viaWifi[i]} table 100`);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('is rerouted (gateway-changed) when the gateway is replaced in place', async () => {
    await using lab = await monitoredLab();
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ipBoth((i) => `route replace default ${neighbour[i]} metric 100`);
    expect(answers().map(({ mirror }) => mirror)).toEqual(both('rerouted gateway-changed'));
    expect(flows.flatMap(({ told }) => told)).toEqual(both('rerouted gateway-changed'));
    expect(flows.map(({ path }) => path)).toEqual(['eth0 via 198.51.100.253', 'eth0 via 2001:db8:2::fd']);
    await lab.ipBoth((i) => `route replace default ${viaEthernet[i]} metric 100`);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('is rerouted (gateway-changed) when a better route over the same link has another gateway', async () => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    await lab.ipBoth((i) => `route add ${serverNet[i]} ${neighbour[i]}`);
    expect(answers().map(({ mirror }) => mirror)).toEqual(both('rerouted gateway-changed'));
    await lab.ipBoth((i) => `route del ${serverNet[i]} ${neighbour[i]}`);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('is unroutable when its default is gone and a worse one on the same link has another gateway', async () => {
    await using lab = await monitoredLab();
    await lab.ipBoth((i) => `route del default ${viaWifi[i]}`);
    await lab.ipBoth((i) => `route add default ${neighbour[i]} metric 900`);
    const { answers } = lab.watchBoth('ethernet');
    await lab.ipBoth((i) => `route del default ${viaEthernet[i]} metric 100`);
    expect(answers()).toEqual(bothAgreed('unroutable gateway-removed'));
  });

  it('is routable while its gateway stays, whatever else the route is called', async () => {
    await using lab = await monitoredLab();
    const { flows, answers } = lab.watchBoth('ethernet');
    // A more specific one; another metric, protocol and source; the old one gone.
    await lab.ipBoth((i) => `route add ${serverNet[i]} ${viaEthernet[i]}`);
    await lab.ipBoth((i) => `route add default ${viaEthernet[i]} metric 50 proto dhcp`);
    await lab.ipBoth((i) => `route del default ${viaEthernet[i]} metric 100`);
    await lab.ipBoth((i) => `route del ${serverNet[i]}`);
    expect(flows.map(({ told }) => told)).toEqual([[], []]);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('ignores routes to other places, however many come and go', async () => {
    await using lab = await monitoredLab();
    const { flows } = lab.watchBoth('ethernet');
    const routes = Array.from({ length: 500 }, (_, n) => `198.19.${n >> 8}.${n & 255}/32`);
    await lab.ip(routes.map((dst) => `route add ${dst} via 192.0.2.254`));
    await lab.ip(routes.map((dst) => `route del ${dst}`));
    expect(flows.map(({ told }) => told)).toEqual([[], []]);
  });
});

describe('a flow over several legs', () => {
  const legs = (i: 0 | 1) => `route add ${serverNet[i]} nexthop ${viaEthernet[i]} nexthop ${viaWifi[i]}`;

  it('is unroutable when the link of its leg goes down, and routable when it is back (docs/kernel.md 7)', async () => {
    await using lab = await monitoredLab();
    await lab.ipBoth(legs);
    const [own, other] = [lab.watchBoth('ethernet'), lab.watchBoth('wifi')];
    const undo = await linkDown(lab.net.ethernet.a);
    await lab.settled();
    expect(own.answers()).toEqual(bothAgreed('unroutable link-down'));
    await undo();
    await lab.settled();
    // The kernel picks a leg by a hash over the addresses: what it answers for the whole flow may be the other leg.
    expect(own.answers().map(({ told, mirror }) => [told, mirror])).toEqual([
      ['routable', 'routable'],
      ['routable', 'routable'],
    ]);
    expect(other.flows.flatMap(({ told }) => told)).toEqual([]);
  });

  it('is left alone when another leg goes', async () => {
    await using lab = await monitoredLab();
    await lab.ipBoth(legs);
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ipBoth((i) => `route replace ${serverNet[i]} nexthop ${viaEthernet[i]}`);
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('is unroutable (gateway-removed) when its leg is taken out of the route', async () => {
    await using lab = await monitoredLab();
    await lab.ipBoth((i) => `route del default ${viaEthernet[i]}`);
    await lab.ipBoth(legs);
    const { answers } = lab.watchBoth('ethernet');
    await lab.ip('route replace 203.0.113.0/24 via 192.0.2.254 dev wlan0');
    await lab.ip('route del 2001:db8:3::/64 via 2001:db8:2::fe dev eth0');
    expect(answers()).toEqual(bothAgreed('unroutable gateway-removed'));
  });
});
