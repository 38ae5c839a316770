import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetworkMonitor } from '../../main/index.js';
import { loadNativeAddon } from '../../main/monitor/native-addon.js';
import type { Holdings } from '../fixtures/holdings.js';
import { startProgram } from '../fixtures/program.js';
import { settled } from '../fixtures/settled.js';
import { type Host, Lab } from '../lab/index.js';

// What monitors take of the system they give back.

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = await Lab.create();
  host = await lab.host('router');
  // Enough to make a leaked mirror show.
  await host.ip(Array.from({ length: 2000 }, (_, n) => `route add blackhole 10.0.${n >> 8}.${n & 255}/32`));
});
afterAll(() => lab?.close());

const threads = () => readdirSync('/proc/self/task').length;
const fds = () => readdirSync('/proc/self/fd').length;

describe('a process that starts and closes monitors', () => {
  it('200 times holds no more descriptors, threads and memory than before', async () => {
    const program = await startProgram(
      host,
      'churn',
      { rounds: [5, 20, 180], flows: 10 },
      { nodeOptions: ['--expose-gc'] },
    );
    await program.exit;
    // The first is spoilt by what Node itself opens once.
    const [, before, after] = program.lines.map((line) => JSON.parse(line) as Holdings);
    if (before === undefined || after === undefined) throw new Error(program.stderr);
    expect([after.fds, after.threads]).toEqual([before.fds, before.threads]);
    // Each holds about 1 MB while it lives.
    expect(after.rssKiB - before.rssKiB).toBeLessThan(20 * 1024);
    // A monitor's state alone, were it kept, is several kB.
    expect(after.heapKiB - before.heapKiB).toBeLessThan(180 * 2);
  });

  it('30 at once may have them all, and they all hear the same', async () => {
    const [fdsBefore, threadsBefore] = [fds(), threads()];
    const monitors = await Promise.all(
      Array.from({ length: 30 }, () => NetworkMonitor.start({ netns: host.netns })),
    );
    expect(threads()).toBe(threadsBefore + 30);
    const heard = monitors.map(
      (monitor) => new Promise((resolve) => monitor.once('route', ({ route }) => resolve(route.dst))),
    );
    await host.ip('route add blackhole 11.0.0.0/8');
    expect(new Set(await Promise.all(heard))).toEqual(new Set(['11.0.0.0/8']));
    await Promise.all(monitors.map((monitor) => monitor.close()));
    expect(threads()).toBe(threadsBefore);
    expect(fds()).toBeLessThanOrEqual(fdsBefore);
  });

  it('leaves nothing open when a start fails', async () => {
    const [fdsBefore, threadsBefore] = [fds(), threads()];
    for (let n = 0; n < 20; n++) {
      await expect(NetworkMonitor.start({ netns: '/proc/self/status' })).rejects.toThrow();
    }
    expect([fds(), threads()]).toEqual([fdsBefore, threadsBefore]);
  });
});

const { NativeMonitor } = loadNativeAddon();

describe('the addon', () => {
  const open = () => new NativeMonitor({ netns: host.netns }, () => {});

  it('may be closed while it starts: the start is rejected, and nothing stays open', async () => {
    const [fdsBefore, threadsBefore] = [fds(), threads()];
    for (let n = 0; n < 50; n++) {
      const monitor = open();
      const started = monitor.start();
      const closed = monitor.close();
      await expect(started).rejects.toMatchObject({ code: 'ERR_ROAMKIT_CLOSED' });
      await closed;
    }
    expect([fds() <= fdsBefore, threads()]).toEqual([true, threadsBefore]);
  });

  it('starts once', async () => {
    const monitor = open();
    await monitor.start();
    await expect(monitor.start()).rejects.toMatchObject({ code: 'ERR_ROAMKIT_CLOSED' });
    await monitor.close();
    await expect(monitor.start()).rejects.toMatchObject({ code: 'ERR_ROAMKIT_CLOSED' });
  });

  it('may be closed, or forgotten, without having been started', async () => {
    await open().close();
    for (let n = 0; n < 100; n++) open();
    expect(() => open().lookup('192.0.2.1', {})).toThrow(
      expect.objectContaining({ code: 'ERR_ROAMKIT_CLOSED' }),
    );
  });

  it.each([[], [{}], [{}, null], [null, () => {}], ['x', () => {}]])(
    'refuses to be made of %j',
    (...args) => {
      expect(() => Reflect.construct(NativeMonitor, args)).toThrow(
        expect.objectContaining({ code: 'ERR_ROAMKIT_INVALID_ARGUMENT' }),
      );
    },
  );
});

describe('closing', () => {
  it('does not hold up JavaScript, not even while a large table is read', async () => {
    const large = await lab.host('large');
    await large.ip(
      Array.from(
        { length: 60_000 },
        (_, n) => `route add blackhole 10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`,
      ),
    );
    let shortestMs = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 5; n++) {
      const monitor = new NativeMonitor({ netns: large.netns }, () => {});
      const started = monitor.start().catch(() => {});
      await delay(10);
      const before = performance.now();
      const closed = monitor.close();
      // Of five: the machine may be busy, but not always.
      shortestMs = Math.min(shortestMs, performance.now() - before);
      await Promise.all([started, closed]);
    }
    expect(shortestMs).toBeLessThan(10);
  });
});

describe('a storm', () => {
  it('may go on while monitors start and close in it', async () => {
    let isOver = false;
    const storm = (async () => {
      while (!isOver) {
        await host.ip(
          Array.from({ length: 500 }, (_, n) => [
            `route add blackhole 12.0.${n >> 8}.${n & 255}/32`,
            `route del blackhole 12.0.${n >> 8}.${n & 255}/32`,
          ]).flat(),
        );
      }
    })();
    for (let n = 0; n < 40; n++) {
      const monitor = await NetworkMonitor.start({ netns: host.netns });
      expect(monitor.stats.routes).toBeGreaterThanOrEqual(2000);
      await monitor.close();
    }
    isOver = true;
    await storm;
    await using monitor = await NetworkMonitor.start({ netns: host.netns });
    await settled(monitor, host);
    expect([...monitor.routes()].filter(({ dst }) => dst.startsWith('12.'))).toEqual([]);
  });
});
