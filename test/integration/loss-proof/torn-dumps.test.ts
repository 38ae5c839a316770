import { describe, expect, it } from 'vitest';
import { NetworkMonitor } from '../../../main/index.js';
import { differencesFromFreshDump } from '../../fixtures/kernel-comparison.js';
import { settled } from '../../fixtures/settled.js';
import { burst, storm, tinyBuffer } from '../../fixtures/storms.js';
import { type Host, Lab, waitFor } from '../../lab/index.js';

// Dumps while what they list changes (docs/kernel.md 23): at the start, and after a loss.

/** Many links and addresses, so that their dumps take several reads and the kernel can say that they were torn. */
async function crowdedHost(lab: Lab): Promise<Host> {
  const host = await lab.host('crowded');
  await host.ip(
    Array.from({ length: 150 }, (_, n) => [
      `link add a${n} type veth peer name z${n}`,
      `link set a${n} up`,
      `link set z${n} up`,
      `addr add 172.16.${n}.1/24 dev a${n}`,
    ]).flat(),
  );
  return host;
}

/** Links, addresses and routes that come and go. */
function turmoil(rounds: number): string[] {
  return Array.from({ length: rounds }, (_, n) => [
    `link add t${n % 7} type veth peer name u${n % 7}`,
    `link set t${n % 7} up`,
    `addr add 172.20.${n % 250}.1/24 dev t${n % 7}`,
    `route add 10.${n % 250}.0.0/16 via 172.20.${n % 250}.2`,
    `addr del 172.16.${n % 150}.1/24 dev a${n % 150}`,
    `addr add 172.16.${n % 150}.1/24 dev a${n % 150}`,
    `link del t${n % 7}`,
  ]).flat();
}

async function expectEqual(monitor: NetworkMonitor, host: Host): Promise<void> {
  await waitFor(
    async () => {
      await settled(monitor, host);
      const differences = await differencesFromFreshDump(monitor, host.netns);
      if (differences.length > 0) throw new Error(JSON.stringify(differences));
      return true;
    },
    { what: 'the mirror to equal the kernel', timeoutMs: 10_000 },
  );
}

describe('a dump in a storm', () => {
  it('at the start leaves a mirror that is right afterwards', async () => {
    await using lab = await Lab.create();
    const host = await crowdedHost(lab);
    const changes = host.ip(turmoil(150));
    const monitors = await Promise.all(
      Array.from({ length: 6 }, () => NetworkMonitor.start({ netns: host.netns })),
    );
    await changes;
    for (const monitor of monitors) await expectEqual(monitor, host);
    await Promise.all(monitors.map((monitor) => monitor.close()));
  });

  it('after a loss leaves a mirror that is right afterwards', async () => {
    await using lab = await Lab.create();
    const host = await crowdedHost(lab);
    await using monitor = await NetworkMonitor.start({ netns: host.netns, ...tinyBuffer });
    await host.ip(turmoil(150));
    await burst(host, monitor);
    await expectEqual(monitor, host);
    expect(monitor.stats.overruns).toBeGreaterThan(0);
  });

  it('that audit() asked for leaves a mirror that is right, and is no loss', async () => {
    await using lab = await Lab.create();
    const host = await crowdedHost(lab);
    await using monitor = await NetworkMonitor.start({ netns: host.netns });
    let resyncs = 0;
    monitor.on('resync', () => resyncs++);
    const changes = host.ip([...turmoil(100), ...storm(1000, 11, '172.16.149.2')]);
    let isOver = false;
    const over = changes.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      monitor.audit();
      await settled(monitor, host);
    }
    await over;
    await expectEqual(monitor, host);
    expect(resyncs).toBe(0);
    expect(monitor.stats.overruns).toBe(0);
  });
});
