import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { NetworkMonitor } from '../../../main/index.js';
import { differencesFromFreshDump } from '../../fixtures/kernel-comparison.js';
import { WatchedEnds } from '../../fixtures/monitored-lab.js';
import { bundle } from '../../fixtures/program.js';
import { settled } from '../../fixtures/settled.js';
import { burstCommands, storm, tinyBuffer } from '../../fixtures/storms.js';
import { twoLinkLab, waitFor } from '../../lab/index.js';

describe('many monitors of one network', () => {
  it('hear all of it, each for itself, whether they lose messages or not', async () => {
    await using net = await twoLinkLab();
    const { netns } = net.client;
    const monitors = await Promise.all(
      Array.from({ length: 24 }, (_, n) =>
        NetworkMonitor.start({ netns, ...(n % 2 === 0 ? tinyBuffer : {}) }),
      ),
    );
    const { ethernet, server } = net.addresses;
    const flows = monitors.map(
      (monitor) => new WatchedEnds(monitor, { local: ethernet.v4, remote: server.v4 }),
    );
    await net.client.ip([...storm(1000), ...burstCommands(), 'link set eth0 down', ...burstCommands()]);
    for (const monitor of monitors) {
      await settled(monitor, net.client);
      await waitFor(async () => (await differencesFromFreshDump(monitor, netns)).length === 0, {
        what: 'the mirror to equal the kernel',
      });
    }
    expect(flows.map(({ told }) => told)).toEqual(Array(24).fill(['unroutable link-down']));
    await Promise.all(monitors.map((monitor) => monitor.close()));
  });
});

describe('monitors in worker threads', () => {
  it('work there, and go with the thread however it ends', async () => {
    await using net = await twoLinkLab();
    const script = await bundle('worker-monitor');
    const { ethernet, server } = net.addresses;
    const workerData = { netns: net.client.netns, local: ethernet.v4, remote: server.v4 };
    const workers = Array.from({ length: 4 }, () => new Worker(script, { workerData }));
    const heard = (worker: Worker, wanted: string) =>
      new Promise<void>((resolve, reject) => {
        worker.once('error', reject);
        worker.on('message', (message) => {
          if (message === wanted) resolve();
        });
      });
    await Promise.all(workers.map((worker) => heard(worker, 'routable')));
    const [first, second, ...rest] = workers;
    // One ends amid a storm, one by itself.
    const changes = net.client.ip(storm(2000));
    await first?.terminate();
    second?.postMessage('close');
    await changes;
    const told = rest.map((worker) => heard(worker, 'unroutable link-down'));
    await net.client.ip([...storm(500, 11), 'link set eth0 down']);
    await Promise.all(told);
    await Promise.all(rest.map((worker) => worker.terminate()));
  });
});
