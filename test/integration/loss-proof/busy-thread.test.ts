import { describe, expect, it } from 'vitest';
import { burstCommands, storm, tinyBuffer } from '../../fixtures/storms.js';
import { toldOf, verdictsOf, Watcher } from '../../fixtures/watcher.js';
import { type TwoLinkLab, twoLinkLab } from '../../lab/index.js';

// A JavaScript thread that does nothing for five seconds while a storm blows.

const BUSY_MS = 5000;

const down = ['link set eth0 down'];
const back = [
  'link set eth0 up',
  'addr replace 2001:db8:2::1/64 dev eth0 nodad',
  'route replace default via 198.51.100.254 dev eth0 metric 100',
  'route replace default via 2001:db8:2::fe dev eth0 metric 100',
];

const churn = Array.from({ length: 200 }, (_, n) => [
  `route add blackhole 10.0.${n}.0/24 table 77`,
  `route del blackhole 10.0.${n}.0/24 table 77`,
]).flat();

function flowsOf({ addresses: { ethernet, server } }: TwoLinkLab) {
  return [
    { local: ethernet.v4, remote: server.v4 },
    { local: ethernet.v6, remote: server.v6 },
    { local: ethernet.v4, remote: '198.51.100.254' },
  ];
}

/** Keeps changing the network, the last round included, until the thread is back. */
async function changeUntil(end: Promise<unknown>, change: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = end.then(() => {
    isOver = true;
  });
  do await change();
  while (!isOver);
  await over;
}

describe('a busy JavaScript thread', () => {
  it('gets what happened in a few batches, with no verdict lost', async () => {
    await using net = await twoLinkLab();
    await using watcher = await Watcher.start(net.client, { flows: flowsOf(net) });
    const before = await watcher.report();
    const { end } = await watcher.block(BUSY_MS);
    await net.client.ip([...storm(20_000), ...down]);
    await end;
    const report = await watcher.equal();
    expect(toldOf(report)).toEqual(Array(3).fill(['unroutable link-down']));
    expect(report.stats.messages - before.stats.messages).toBeGreaterThan(20_000);
    // Of the routes at most 4096 wait, and 64 are handed over at a time.
    expect(report.batches - before.batches).toBeLessThan(100);
    expect([report.stats.overruns, report.resyncs]).toEqual([0, 0]);
  });

  it('hears of flows that died and came back over and over as they are in the end', async () => {
    await using net = await twoLinkLab();
    await using watcher = await Watcher.start(net.client, { flows: flowsOf(net) });
    const { end } = await watcher.block(BUSY_MS);
    await changeUntil(end, () => net.client.ip([...down, ...churn, ...back, ...churn]));
    expect(verdictsOf(await watcher.equal())).toEqual(Array(3).fill('routable'));
    await net.client.ip(down);
    expect(verdictsOf(await watcher.equal())).toEqual(Array(3).fill('unroutable link-down'));
  });

  it('hears of what was lost, too', async () => {
    await using net = await twoLinkLab();
    await using watcher = await Watcher.start(net.client, { ...tinyBuffer, flows: flowsOf(net) });
    const { end } = await watcher.block(BUSY_MS);
    await changeUntil(end, () => net.client.ip([...down, ...burstCommands(), ...back, ...burstCommands()]));
    await net.client.ip([...burstCommands(), ...down, ...burstCommands()]);
    const report = await watcher.equal();
    expect(verdictsOf(report)).toEqual(Array(3).fill('unroutable link-down'));
    expect(report.stats.overruns).toBeGreaterThan(0);
    // Those that came while the thread was busy are one.
    expect(report.resyncs).toBeGreaterThan(0);
    expect(report.resyncs).toBeLessThanOrEqual(report.stats.resyncs);
  });
});
