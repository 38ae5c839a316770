import { describe, expect, it } from 'vitest';
import { NetworkMonitor } from '../../main/index.js';
import { monitoredLab } from '../fixtures/monitored-lab.js';
import { expectSameRoutes } from '../fixtures/route-lists.js';
import { storm, tinyBuffer } from '../fixtures/storms.js';

// NetworkMonitor.resync(): what a resume from sleep asks for.

describe('resync()', () => {
  it('resolves once the events of all that happened before the call are out', async () => {
    await using lab = await monitoredLab();
    const { flows } = lab.watchBoth('ethernet');
    for (let round = 0; round < 3; round++) {
      await lab.net.client.ip('link set eth0 down');
      await lab.monitor.resync();
      expect(flows.map(({ verdict }) => verdict.reason)).toEqual(['link-down', 'link-down']);
      expect(lab.monitor.state.links.find(({ name }) => name === 'eth0')?.isUp).toBe(false);
      await lab.net.client.ip([
        'link set eth0 up',
        'addr replace 2001:db8:2::1/64 dev eth0 nodad',
        'route replace default via 198.51.100.254 dev eth0 metric 100',
        'route replace default via 2001:db8:2::fe dev eth0 metric 100',
      ]);
      await lab.monitor.resync();
      expect(flows.map(({ verdict }) => verdict.kind)).toEqual(['routable', 'routable']);
    }
  });

  it('judges all flows anew, and says nothing where nothing differs', async () => {
    await using lab = await monitoredLab();
    const { flows } = lab.watchBoth('ethernet');
    const heard: string[] = [];
    for (const event of ['link', 'address', 'rule', 'route', 'gateway', 'change', 'resync'] as const) {
      lab.monitor.on(event, () => heard.push(event));
    }
    const before = lab.monitor.stats;
    await lab.monitor.resync();
    const { flowChecks, audits, auditCorrections, resyncs } = lab.monitor.stats;
    expect(flowChecks - before.flowChecks).toBe(2);
    expect(audits - before.audits).toBe(1);
    expect([auditCorrections, resyncs]).toEqual([before.auditCorrections, before.resyncs]);
    expect(heard).toEqual([]);
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
  });

  it('serves several who ask, and who asks while messages are lost', async () => {
    await using lab = await monitoredLab({ monitor: tinyBuffer });
    const changes = lab.net.client.ip(storm(3000));
    await Promise.all(Array.from({ length: 5 }, () => lab.monitor.resync()));
    await changes;
    await lab.monitor.resync();
    await expectSameRoutes(lab.monitor, lab.net.client);
  });

  it('is refused by a monitor that is closed, or is closed meanwhile', async () => {
    await using lab = await monitoredLab();
    const monitor = await NetworkMonitor.start({ netns: lab.net.client.netns });
    const closed = expect.objectContaining({ code: 'ERR_ROAMKIT_CLOSED' });
    const pending = [monitor.resync(), monitor.resync()];
    const ends = Promise.allSettled(pending);
    await monitor.close();
    for (const end of await ends) expect(end).toEqual({ status: 'rejected', reason: closed });
    await expect(monitor.resync()).rejects.toEqual(closed);
  });
});

it('the portable backend looks at the interfaces', async () => {
  await using monitor = await NetworkMonitor.start({ backend: 'portable' });
  const before = monitor.stats.wakeups;
  await monitor.resync();
  expect(monitor.stats.wakeups).toBe(before + 1);
});
