import { describe, expect } from 'vitest';
import { type FactLab, fact } from '../../fixtures/kernel-fact.js';
import { agreed, bothAgreed } from '../../fixtures/monitored-lab.js';
import { carrierLost } from '../../lab/index.js';

// docs/kernel.md 9: next-hop objects (`ip nexthop`), whose loss takes routes along in silence.

const objects = [
  'nexthop add id 1 via 198.51.100.253 dev eth0',
  'nexthop add id 2 via 192.0.2.253 dev wlan0',
  'nexthop add id 3 via 2001:db8:2::fd dev eth0',
  'nexthop add id 4 via 2001:db8:1::fd dev wlan0',
];
const groups = ['nexthop add id 10 group 1/2', 'nexthop add id 11 group 3/4'];

/** Flows of both families from the client's Ethernet addresses to `10.9.0.1` and `2001:db8:9::1`. */
function watchNets(lab: FactLab, link: 'ethernet' | 'wifi' = 'ethernet') {
  const { v4, v6 } = lab.net.addresses[link];
  const flows = [
    lab.watch({ local: v4, remote: '10.9.0.1' }),
    lab.watch({ local: v6, remote: '2001:db8:9::1' }),
  ];
  return { flows, answers: () => flows.map((flow) => flow.answers()) };
}

function legsOf({ monitor }: FactLab, dst: string): string[] {
  return [...monitor.routes({ table: 254 })]
    .filter((route) => route.dst === dst)
    .flatMap(({ nexthops }) => nexthops.map(({ link, gateway }) => `${link} ${gateway}`));
}

const single = ['route add 10.9.0.0/16 nhid 1', 'route add 2001:db8:9::/64 nhid 3'];
const grouped = ['route add 10.9.0.0/16 nhid 10', 'route add 2001:db8:9::/64 nhid 11'];

for (const compatMode of [1, 0] as const) {
  const title = `with nexthop_compat_mode=${compatMode}`;
  const objectFact = (name: string, show: (lab: FactLab) => Promise<void>): void =>
    fact(`9: ${name} (${title})`, async (lab) => {
      await lab.client.sysctl('net.ipv4.nexthop_compat_mode', compatMode);
      await lab.ip(...objects, ...groups);
      await show(lab);
    });

  describe(title, () => {
    objectFact('an object that is deleted takes its routes along', async (lab) => {
      await lab.ip(...single);
      const { answers } = watchNets(lab);
      await lab.ip('nexthop del id 1', 'nexthop del id 3');
      expect(answers()).toEqual(bothAgreed('unroutable gateway-removed'));
      expect([...legsOf(lab, '10.9.0.0/16'), ...legsOf(lab, '2001:db8:9::/64')]).toEqual([]);
    });

    objectFact('an object that is replaced leads its routes elsewhere', async (lab) => {
      await lab.ip(...single);
      const { answers } = watchNets(lab);
      await lab.ip(
        'nexthop replace id 1 via 198.51.100.252 dev eth0',
        'nexthop replace id 3 via 2001:db8:2::fc dev eth0',
      );
      expect(answers().map(({ told }) => told)).toEqual([
        'rerouted gateway-changed',
        'rerouted gateway-changed',
      ]);
      expect(legsOf(lab, '10.9.0.0/16')).toEqual(['eth0 198.51.100.252']);
      await lab.ip('nexthop replace id 1 via 192.0.2.252 dev wlan0');
      expect(answers()[0]?.told).toBe('unroutable gateway-removed');
      // No group of several may have it.
      await lab.ip('nexthop del id 10', 'nexthop replace id 1 blackhole');
      expect(answers()[0]).toEqual(agreed('unroutable blackholed'));
    });

    objectFact('a group shrinks with its members and goes with the last', async (lab) => {
      await lab.ip(...grouped);
      const { answers } = watchNets(lab, 'wifi');
      await lab.ip('nexthop del id 1', 'nexthop del id 3');
      expect(legsOf(lab, '10.9.0.0/16')).toEqual(['wlan0 192.0.2.253']);
      expect(legsOf(lab, '2001:db8:9::/64')).toEqual(['wlan0 2001:db8:1::fd']);
      expect(answers()).toEqual(bothAgreed('routable'));
      await lab.ip('nexthop del id 2', 'nexthop del id 4');
      expect([...legsOf(lab, '10.9.0.0/16'), ...legsOf(lab, '2001:db8:9::/64')]).toEqual([]);
      expect(lab.monitor.stats.nexthops).toBe(0);
    });

    objectFact('a group that is replaced leads its routes elsewhere', async (lab) => {
      await lab.ip(...grouped);
      const { answers } = watchNets(lab);
      await lab.ip('nexthop replace id 10 group 2', 'nexthop replace id 11 group 4');
      expect(legsOf(lab, '10.9.0.0/16')).toEqual(['wlan0 192.0.2.253']);
      expect(answers()).toEqual(bothAgreed('unroutable gateway-removed'));
    });

    objectFact('objects go with their link when it goes down', async (lab) => {
      await lab.ip(...single);
      const { answers } = watchNets(lab);
      await lab.ip('link set eth0 down');
      expect(answers()).toEqual(bothAgreed('unroutable link-down'));
      expect(lab.monitor.stats.nexthops).toBe(4);
      await lab.ip('link set eth0 up');
      expect([...legsOf(lab, '10.9.0.0/16'), ...legsOf(lab, '2001:db8:9::/64')]).toEqual([]);
    });

    objectFact('members go from their groups when their link goes down', async (lab) => {
      await lab.ip(...grouped);
      const other = watchNets(lab, 'wifi');
      await lab.ip('link set eth0 down');
      expect(legsOf(lab, '10.9.0.0/16')).toEqual(['wlan0 192.0.2.253']);
      expect(other.answers()).toEqual(bothAgreed('routable'));
    });

    objectFact('objects go with the carrier of their link', async (lab) => {
      await lab.ip(...single);
      const { answers } = watchNets(lab);
      const undo = await carrierLost(lab.net.ethernet.a);
      await lab.equal();
      expect(answers()).toEqual(bothAgreed('unroutable carrier-lost'));
      await undo();
      await lab.equal();
    });

    objectFact('objects go with a link that is deleted', async (lab) => {
      await lab.ip(...single);
      const { answers } = watchNets(lab);
      await lab.ip('link del eth0');
      expect(answers()).toEqual(bothAgreed('unroutable link-down'));
    });

    objectFact('objects go with a link that moves to another namespace', async (lab) => {
      await lab.ip(...grouped);
      const { answers } = watchNets(lab);
      await lab.net.ethernet.a.moveTo(lab.net.server, 'eth9');
      await lab.equal();
      expect(answers()).toEqual(bothAgreed('unroutable link-down'));
    });

    objectFact('an object outlives the address of its subnet', async (lab) => {
      await lab.ip(...single, 'addr add 10.8.0.1/24 dev eth0');
      const { answers } = watchNets(lab);
      await lab.ip('addr del 198.51.100.1/24 dev eth0', 'addr del 2001:db8:2::1/64 dev eth0');
      expect(answers()).toEqual(bothAgreed('unroutable source-removed'));
    });

    objectFact('the last address of a link goes', async (lab) => {
      await lab.ip(...single);
      const { answers } = watchNets(lab);
      await lab.ip('addr flush dev eth0');
      expect(answers()).toEqual(bothAgreed('unroutable source-removed'));
    });

    objectFact('a flush of all objects', async (lab) => {
      await lab.ip(...grouped, 'route add 10.8.0.0/16 nhid 2 table 77');
      await lab.ip('nexthop flush');
      expect(lab.monitor.stats.nexthops).toBe(0);
    });

    objectFact('an IPv4 route goes over an object with an IPv6 gateway', async (lab) => {
      await lab.ip('route add 10.9.0.0/16 nhid 3');
      const [flow] = watchNets(lab).flows;
      expect(flow?.path).toBe('eth0 via 2001:db8:2::fd');
      await lab.ip('nexthop del id 3');
      expect(flow?.answers()).toEqual(agreed('unroutable gateway-removed'));
    });
  });
}
