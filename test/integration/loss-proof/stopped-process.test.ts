import { describe, expect, it } from 'vitest';
import { burstCommands, storm, tinyBuffer } from '../../fixtures/storms.js';
import { toldOf, verdictsOf, Watcher } from '../../fixtures/watcher.js';
import { type TwoLinkLab, twoLinkLab } from '../../lab/index.js';

// A process that is stopped (SIGSTOP: a debugger, a laptop's batch scheduler) while the network changes, and goes on later. A suspended
// machine and a clock that jumps cannot be had in a lab.

/** What to do to Ethernet meanwhile, and what its flows (IPv4, IPv6) must be afterwards. */
const meanwhile = {
  dies: ['link set eth0 down'],
  diesAndComesBack: [
    'link set eth0 down',
    'link set eth0 up',
    'addr replace 2001:db8:2::1/64 dev eth0 nodad',
    'route replace default via 198.51.100.254 dev eth0 metric 100',
    'route replace default via 2001:db8:2::fe dev eth0 metric 100',
  ],
};

function flowsOf({ addresses: { ethernet, wifi, server } }: TwoLinkLab) {
  return [
    { local: ethernet.v4, remote: server.v4 },
    { local: ethernet.v6, remote: server.v6 },
    { local: wifi.v4, remote: '192.0.2.254' },
  ];
}

async function stopped(watcher: Watcher, change: () => Promise<unknown>): Promise<void> {
  process.kill(watcher.process.pid, 'SIGSTOP');
  try {
    await change();
  } finally {
    process.kill(watcher.process.pid, 'SIGCONT');
  }
}

describe('a process that was stopped while messages were lost', () => {
  const start = (net: TwoLinkLab) => Watcher.start(net.client, { ...tinyBuffer, flows: flowsOf(net) });

  it('knows which flows died, and says resync once', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net);
    await stopped(watcher, () => net.client.ip([...storm(2000), ...meanwhile.dies, ...burstCommands()]));
    const report = await watcher.equal();
    expect(verdictsOf(report)).toEqual(['unroutable link-down', 'unroutable link-down', 'routable']);
    expect(toldOf(report)).toEqual([['unroutable link-down'], ['unroutable link-down'], []]);
    expect([report.stats.overruns, report.resyncs]).toEqual([1, 1]);
  });

  it('knows that an address is gone once both ends that it led to are', async () => {
    await using net = await twoLinkLab();
    const ends = ['10.5.0.1 peer 10.5.0.2/32 dev eth0', '10.5.0.1 peer 10.5.0.3/32 dev eth0'] as const;
    await net.client.ip(ends.map((end) => `addr add ${end}`));
    const flows = [{ local: '10.5.0.1', remote: net.addresses.server.v4 }];
    await using watcher = await Watcher.start(net.client, { ...tinyBuffer, flows });
    await stopped(watcher, () => net.client.ip([...storm(1000), `addr del ${ends[0]}`]));
    expect(verdictsOf(await watcher.equal())).toEqual(['routable']);
    await net.client.ip(`addr del ${ends[1]}`);
    const report = await watcher.equal();
    expect(verdictsOf(report)).toEqual(['unroutable source-removed']);
    expect(report.stats.overruns).toBeGreaterThan(0);
  });

  it('knows which flows died and came back', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net);
    await stopped(watcher, () =>
      net.client.ip([...storm(1000), ...meanwhile.diesAndComesBack, ...storm(1000, 11), ...burstCommands()]),
    );
    const report = await watcher.equal();
    expect(verdictsOf(report)).toEqual(['routable', 'routable', 'routable']);
    expect([report.stats.overruns, report.resyncs]).toEqual([1, 1]);
  });

  it('says resync once for each loss', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net);
    for (let loss = 1; loss <= 4; loss++) {
      const change = loss % 2 === 1 ? meanwhile.dies : meanwhile.diesAndComesBack;
      await stopped(watcher, () => net.client.ip([...burstCommands(), ...change]));
      const report = await watcher.equal();
      expect([report.stats.overruns, report.resyncs, report.stats.resyncs]).toEqual([loss, loss, loss]);
      expect(verdictsOf(report)[0]).toBe(loss % 2 === 1 ? 'unroutable link-down' : 'routable');
    }
  });
});

describe('a process that was stopped and lost nothing', () => {
  it('tells each change once and needs no resync', async () => {
    await using net = await twoLinkLab();
    await using watcher = await Watcher.start(net.client, { flows: flowsOf(net) });
    await stopped(watcher, () => net.client.ip([...storm(4000), ...meanwhile.dies, ...storm(4000, 11)]));
    const report = await watcher.equal();
    expect(toldOf(report)).toEqual([['unroutable link-down'], ['unroutable link-down'], []]);
    expect([report.stats.overruns, report.resyncs]).toEqual([0, 0]);
  });
});
