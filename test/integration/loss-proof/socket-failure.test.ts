import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetlinkFaults } from '../../fixtures/netlink-faults.js';
import { burstCommands, tinyBuffer } from '../../fixtures/storms.js';
import { toldOf, verdictsOf, Watcher, type WatcherOptions } from '../../fixtures/watcher.js';
import { type TwoLinkLab, twoLinkLab, waitFor } from '../../lab/index.js';

// Netlink sockets that fail. The kernel gives no reason to expect it, so a preloaded library makes them fail from outside
// (fixtures/programs/netlink-faults.cc); the product knows nothing of it.

let faults: NetlinkFaults;
beforeAll(async () => {
  faults = await NetlinkFaults.build();
});
afterAll(() => faults[Symbol.dispose]());

function start(net: TwoLinkLab, options: Omit<WatcherOptions, 'flows'> = {}): Promise<Watcher> {
  const { ethernet, wifi, server } = net.addresses;
  const flows = [
    { local: ethernet.v4, remote: server.v4 },
    { local: ethernet.v6, remote: server.v6 },
    { local: wifi.v4, remote: '192.0.2.254' },
  ];
  return Watcher.start(net.client, { ...options, flows }, faults.env);
}

const lost = ['unroutable link-down', 'unroutable link-down', 'routable'];

describe('an event socket that fails', () => {
  it.each(['ENOMEM', 'EIO', 'EBADF'] as const)(
    'is opened anew, and what it lost is told: %s',
    async (error) => {
      await using net = await twoLinkLab();
      await using watcher = await start(net);
      faults.set('events', error);
      // The message of this one is in the socket that fails.
      await net.client.ip('link set eth0 down');
      await waitFor(() => faults.isOver('events'), { what: 'the failure' });
      const report = await watcher.equal();
      expect(verdictsOf(report)).toEqual(lost);
      expect(report.resyncs).toBe(1);
      expect(report.stats.overruns).toBe(0);
      // The new one tells what comes.
      await net.client.ip('link set wlan0 down');
      expect(verdictsOf(await watcher.equal())).toEqual(Array(3).fill('unroutable link-down'));
    },
  );

  it('is opened anew as soon as the system has sockets again, with longer and longer waits', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net);
    faults.set('socket', 'EMFILE');
    faults.set('events', 'EIO');
    const before = await watcher.report();
    await net.client.ip('route add 10.9.0.0/16 dev eth0');
    await waitFor(() => faults.refused >= 3, { what: 'three tries' });
    await net.client.ip('link set eth0 down');
    // The mirror still answers, with what it knows.
    const meanwhile = await watcher.report();
    expect(verdictsOf(meanwhile)).toEqual(Array(3).fill('routable'));
    expect(meanwhile.stats.wakeups - before.stats.wakeups).toBeLessThan(10);
    faults.clear('socket');
    const report = await watcher.equal();
    expect(toldOf(report)).toEqual([['unroutable link-down'], ['unroutable link-down'], []]);
    expect(report.resyncs).toBe(1);
  });

  it('may fail again and again', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net);
    for (let n = 1; n <= 5; n++) {
      faults.set('events', 'ENOMEM');
      await net.client.ip(`route add 10.${n}.0.0/16 dev eth0`);
      await waitFor(() => faults.isOver('events'), { what: 'the failure' });
      expect((await watcher.equal()).resyncs).toBe(n);
    }
  });

  it('may cut a message', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net);
    faults.set('truncated', 'EMSGSIZE');
    await net.client.ip('link set eth0 down');
    const report = await watcher.equal();
    expect(verdictsOf(report)).toEqual(lost);
    expect([report.stats.overruns, report.resyncs]).toEqual([1, 1]);
  });
});

describe('a dump after a loss', () => {
  it('that ends with an error takes nothing away and is made again', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net, tinyBuffer);
    faults.set('done', 'ENOMEM');
    await net.client.ip(burstCommands());
    await waitFor(() => faults.isOver('done'), { what: 'the failure' });
    const report = await watcher.equal();
    expect(toldOf(report)).toEqual([[], [], []]);
    expect(report.resyncs).toBeGreaterThan(0);
  });

  it('that is torn is made again', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net, tinyBuffer);
    faults.set('torn', 'EINTR');
    await net.client.ip([...burstCommands(), 'link set eth0 down']);
    await waitFor(() => faults.isOver('torn'), { what: 'the torn dump' });
    expect(verdictsOf(await watcher.equal())).toEqual(lost);
  });

  it('that fails is made again, though other news never ceases', async () => {
    await using net = await twoLinkLab();
    await using watcher = await start(net);
    const news = await net.client.spawn('ip', ['-batch', '-']);
    const trickle = setInterval(() => {
      news.stdin.write('route replace 10.99.0.0/24 dev wlan0\nroute del 10.99.0.0/24 dev wlan0\n');
    }, 10);
    try {
      faults.set('done', 'ENOMEM');
      faults.set('truncated', 'EMSGSIZE');
      await net.client.ip('link set eth0 down');
      await waitFor(async () => (await watcher.report()).resyncs > 0, {
        what: 'the resync',
        timeoutMs: 10_000,
      });
    } finally {
      clearInterval(trickle);
    }
    await news.stop();
    expect(verdictsOf(await watcher.equal())).toEqual(lost);
  });
});

describe('a start', () => {
  it('whose dump is torn is right when it is done', async () => {
    await using net = await twoLinkLab();
    faults.set('torn', 'EINTR');
    await using watcher = await start(net);
    expect(faults.isOver('torn')).toBe(true);
    const report = await watcher.equal();
    expect(report.resyncs).toBe(0);
  });
});
