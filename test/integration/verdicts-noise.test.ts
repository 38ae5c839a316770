import { expect, it } from 'vitest';
import { type MonitoredLab, monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import {
  addressRefresh,
  aliasChange,
  captureStarted,
  dockerLikeVeth,
  mtuChange,
  unrelatedRoute,
} from '../lab/index.js';

// docs/how-it-works.md: noise changes no state, wakes no window and puts no connection in doubt. Each noise is followed by a marker
// through the kernel (fixtures/settled.ts): what has not come before it does not come.

/** Tracks flows over both links and of both families, closing at once, and writes down all that an application would hear. */
function listen(lab: MonitoredLab): string[] {
  const atOnce = { graceMs: 0 };
  const registry = lab.registry({
    policy: { 'link-down': atOnce, 'carrier-lost': atOnce, 'source-removed': atOnce, 'no-route': atOnce },
  });
  for (const link of ['wifi', 'ethernet'] as const) {
    for (const version of ['v4', 'v6'] as const) {
      const { local, remote } = lab.toServer(link, version);
      const ends = { local: { address: local, port: 0 }, remote: { address: remote, port: 0 } };
      registry.track(ends, { label: `${link} ${version}` });
    }
  }
  const heard = recordEvents(registry);
  lab.monitor.on('change', ({ summary }) => heard.push(`change: ${summary}`));
  lab.monitor.on('gateway', ({ family }) => heard.push(`gateway of IPv${family}`));
  lab.monitor.on('resync', () => heard.push('resync'));
  return heard;
}

it.each<readonly [string, (lab: MonitoredLab) => Promise<void>]>([
  ['an unrelated route that comes and goes', async ({ net }) => (await unrelatedRoute(net.ethernet.a))()],
  ['a container that starts and stops', ({ net }) => dockerLikeVeth(net.client)],
  ['another MTU', async ({ net }) => (await mtuChange(net.ethernet.a))()],
  ['addresses with new lifetimes', async ({ net }) => (await addressRefresh(net.ethernet.a))()],
  ['an alias', async ({ net }) => (await aliasChange(net.ethernet.a))()],
  ['a packet capture', async ({ net }) => (await captureStarted(net.ethernet.a))()],
])('%s is heard by nobody', async (_, disturb) => {
  await using lab = await monitoredLab();
  const { generation, status, defaultPaths } = lab.monitor.state;
  const heard = listen(lab);
  await disturb(lab);
  await lab.settled();
  expect(heard).toEqual([]);
  expect(lab.monitor.state).toMatchObject({ generation, status, defaultPaths });
});

it('what the kernel only repeats makes no new state', async () => {
  await using lab = await monitoredLab();
  await lab.settled();
  const { seq } = lab.monitor.state;
  const batches: unknown[] = [];
  lab.monitor.on('batch', (batch) => batches.push(batch));
  await lab.net.client.ip([
    'link set eth0 mtu 1400',
    'link set eth0 alias again',
    'link set eth0 promisc on',
    'link set eth0 txqueuelen 99',
    'addr replace 198.51.100.1/24 dev eth0 valid_lft 4000 preferred_lft 4000',
    'route replace default via 198.51.100.254 dev eth0 metric 100',
    'route replace default via 2001:db8:2::fe dev eth0 metric 100',
  ]);
  await lab.settled();
  expect(batches).toHaveLength(1);
  expect(lab.monitor.state.seq).toBe(seq + 1);
});

it('a worse default, a second address and a rule for others are heard by nobody', async () => {
  await using lab = await monitoredLab();
  const heard = listen(lab);
  await lab.ip([
    'route add default via 192.0.2.254 dev wlan0 metric 700',
    'route add default via 2001:db8:1::fe dev wlan0 metric 700',
    'addr add 198.51.100.77/24 dev eth0',
    'addr add 2001:db8:2::77/64 dev eth0 nodad',
    'route add 10.0.0.0/8 via 192.0.2.254 table 77',
  ]);
  await lab.ipBoth((i) => `rule add pref 50 from ${['10.1.2.3', '2001:db8:77::1'][i]} lookup 77`);
  await lab.ipBoth((i) => `rule del pref 50 from ${['10.1.2.3', '2001:db8:77::1'][i]} lookup 77`);
  expect(heard).toEqual([]);
});

it('a link without routes may come and go in any state', async () => {
  await using lab = await monitoredLab();
  const heard = listen(lab);
  await lab.ip([
    'link add d0 type veth peer name d1',
    'addr add 10.77.0.1/24 dev d0',
    'link set d0 up',
    'link set d1 up',
    'link set d1 down',
    'link set d0 down',
    'link set d0 up',
    'link set d0 name d2',
    'addr flush dev d2',
    'link del d2',
  ]);
  expect(heard).toEqual([]);
});
