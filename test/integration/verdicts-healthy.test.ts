import { expect, it } from 'vitest';
import { type MonitoredLab, monitoredLab, type WatchedEnds } from '../fixtures/monitored-lab.js';
import { Talker } from '../fixtures/talker.js';
import { linkDeleted, linkDown } from '../lab/index.js';

// "Never close a healthy connection" (docs/verdicts.md), with real connections: each test does something to the network, proves with
// bytes there and back that the connection works all the same, and asks for the verdicts.

interface Healthy {
  readonly talker: Talker;
  readonly flow: WatchedEnds;
}

async function connected(lab: MonitoredLab, local: string, remote = '203.0.113.1'): Promise<Healthy> {
  const server = remote.startsWith('203.') ? lab.net.server : lab.net.client;
  const { port } = await server.tcpEcho();
  const talker = await Talker.connect(lab.net.client, { address: remote, port }, local);
  const flow = lab.watch({ local, remote });
  expect(await talker.isAlive()).toBe(true);
  return { talker, flow };
}

async function expectHealthyAndLeftAlone(lab: MonitoredLab, { talker, flow }: Healthy): Promise<void> {
  await lab.settled();
  expect(await talker.isAlive()).toBe(true);
  const { told, mirror, kernel } = flow.answers();
  expect([told, mirror, kernel].filter((verdict) => verdict.startsWith('unroutable'))).toEqual([]);
}

it('a connection outlives its link, when that is made anew with the same address and gateway', async () => {
  await using lab = await monitoredLab();
  const healthy = await connected(lab, '198.51.100.1');
  await using _ = healthy.talker;
  const undo = await linkDeleted(lab.net.ethernet);
  await undo();
  await expectHealthyAndLeftAlone(lab, healthy);
});

it('a connection outlives a VPN tunnel that is made anew with the same address', async () => {
  await using lab = await monitoredLab();
  const { client } = lab.net;
  const up = [
    'link add vpn0 type veth peer name vpn1',
    'link set vpn1 up',
    'link set vpn0 up',
    'addr add 10.8.0.2/24 dev vpn0',
    'route add 10.9.0.0/16 dev vpn0',
  ];
  await lab.ip(up);
  const flow = lab.watch({ local: '10.8.0.2', remote: '10.9.0.1' });
  await client.ip('link del vpn0');
  await lab.ip(up);
  const { told, mirror, kernel } = flow.answers();
  expect([told, mirror, kernel]).toEqual(['routable', 'routable', 'routable']);
});

it.each(['link set eth0 down', 'PEER'])(
  'a connection within the host outlives the loss of the link whose address it uses: %s',
  async (loss) => {
    await using lab = await monitoredLab();
    const healthy = await connected(lab, '198.51.100.1', '198.51.100.1');
    await using _ = healthy.talker;
    if (loss === 'PEER') await linkDown(lab.net.ethernet.b);
    else await lab.ip(loss);
    await expectHealthyAndLeftAlone(lab, healthy);
  },
);

it('a connection outlives a default whose metric grows, as NetworkManager does to a network without internet', async () => {
  await using lab = await monitoredLab();
  const healthy = await connected(lab, '198.51.100.1');
  await using _ = healthy.talker;
  await lab.ip([
    'route add default via 198.51.100.254 dev eth0 metric 20100',
    'route del default via 198.51.100.254 dev eth0 metric 100',
  ]);
  await expectHealthyAndLeftAlone(lab, healthy);
});

it('a connection outlives a net route, when a default over the same gateway stays', async () => {
  await using lab = await monitoredLab();
  await lab.ip([
    'route add 203.0.113.0/24 via 198.51.100.254 dev eth0',
    'route del default via 192.0.2.254 dev wlan0',
    'route add default via 192.0.2.254 dev wlan0 metric 50',
  ]);
  const healthy = await connected(lab, '198.51.100.1');
  await using _ = healthy.talker;
  await lab.ip('route del 203.0.113.0/24 via 198.51.100.254 dev eth0');
  await expectHealthyAndLeftAlone(lab, healthy);
});

it('a connection that left by the other link comes home to its own when that one goes', async () => {
  await using lab = await monitoredLab();
  // From Wi-Fi's address, by Ethernet's better default: odd, and working.
  const healthy = await connected(lab, '192.0.2.1');
  await using _ = healthy.talker;
  expect(healthy.flow.path).toBe('eth0 via 198.51.100.254');
  await linkDown(lab.net.ethernet.a);
  await expectHealthyAndLeftAlone(lab, healthy);
});

it('a connection outlives the loss of one of the two links that have its address', async () => {
  await using lab = await monitoredLab();
  await lab.ip('addr add 198.51.100.1/32 dev wlan0');
  const healthy = await connected(lab, '198.51.100.1');
  await using _ = healthy.talker;
  await lab.ip('addr del 198.51.100.1/32 dev wlan0');
  await expectHealthyAndLeftAlone(lab, healthy);
});

it("a connection outlives the swap of the kernel's connected route for one with a metric", async () => {
  await using lab = await monitoredLab();
  const healthy = await connected(lab, '198.51.100.1');
  await using _ = healthy.talker;
  await lab.ip([
    'route add 198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.1 metric 100',
    'route del 198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.1 metric 0',
  ]);
  await expectHealthyAndLeftAlone(lab, healthy);
});

it('a connection with a table of its own outlives the loss of the best default', async () => {
  await using lab = await monitoredLab();
  await lab.net.client.ip(['rule add pref 100 from 192.0.2.1 lookup 100'], { family: 4 });
  await lab.ip('route add default via 192.0.2.254 dev wlan0 table 100');
  const healthy = await connected(lab, '192.0.2.1');
  await using _ = healthy.talker;
  expect(healthy.flow.path).toBe('wlan0 via 192.0.2.254');
  await lab.ip(['route del default metric 100', 'route del default metric 600', 'link set eth0 down']);
  expect(healthy.flow.told).toEqual([]);
  await expectHealthyAndLeftAlone(lab, healthy);
});

it('a connection outlives an address that is added twice with different prefix lengths and taken back once', async () => {
  await using lab = await monitoredLab();
  const healthy = await connected(lab, '198.51.100.1');
  await using _ = healthy.talker;
  await lab.ip('addr add 198.51.100.1/25 dev eth0');
  await lab.ip('addr del 198.51.100.1/25 dev eth0');
  await expectHealthyAndLeftAlone(lab, healthy);
});
