import { describe, expect, it } from 'vitest';
import { type MonitoredLab, monitoredLab, recordEvents } from '../../fixtures/monitored-lab.js';
import { kernelRoutes, mirrorRoutes } from '../../fixtures/route-lists.js';
import { burst, storm, tinyBuffer } from '../../fixtures/storms.js';
import { waitFor } from '../../lab/index.js';

// ENOBUFS (docs/kernel.md 22): the kernel drops messages; nothing may be lost for good.

const tiny = { monitor: tinyBuffer };

async function waitUntilEqual({ monitor, net }: MonitoredLab): Promise<void> {
  const kernel = await kernelRoutes(net.client);
  // The count first: it costs less.
  const isEqual = () =>
    monitor.stats.routes === kernel.length && mirrorRoutes(monitor).join('\n') === kernel.join('\n');
  await waitFor(isEqual, { what: 'the routes that the kernel has', timeoutMs: 2000 });
}

describe('an overrun', () => {
  it('leaves the mirror equal to the kernel and says resync', async () => {
    await using lab = await monitoredLab(tiny);
    let resyncs = 0;
    lab.monitor.on('resync', () => resyncs++);
    await lab.net.client.ip(storm(3000));
    await burst(lab.net.client, lab.monitor);
    await lab.settled();
    await waitUntilEqual(lab);
    const { overruns, receiveBufferBytes } = lab.monitor.stats;
    expect(receiveBufferBytes).toBeLessThan(10_000);
    expect(overruns).toBeGreaterThan(0);
    expect(resyncs).toBeGreaterThan(0);
  });

  it('leaves nothing behind for good, however often it happens in a row', async () => {
    await using lab = await monitoredLab(tiny);
    for (let round = 0; round < 12; round++) {
      await lab.net.client.ip(storm(2000, 20 + round));
      // No marker here: an event after the storm would start what the storm itself must have started.
      await waitUntilEqual(lab);
    }
  });

  it('loses no link, address or rule either', async () => {
    await using lab = await monitoredLab(tiny);
    const { client } = lab.net;
    await client.ip([
      ...storm(1500),
      'link add d0 type veth peer name d1',
      'link set d0 up',
      'addr add 172.16.0.1/24 dev d0',
      'addr del 192.0.2.1/24 dev wlan0',
      'link set wlan0 name wifi0',
      ...storm(1500, 11, '198.51.100.254'),
    ]);
    await client.ip(
      Array.from({ length: 200 }, (_, n) => `rule add pref ${n + 1} to 10.0.0.${n} lookup 77`),
      { family: 4 },
    );
    await lab.settled();
    await waitUntilEqual(lab);
    const { links, addresses, rules } = lab.monitor.state;
    const dump = await client.dump();
    expect(links.map(({ name }) => name).sort()).toEqual(dump.links.map(({ ifname }) => ifname).sort());
    const sorted = <T>(list: readonly T[], text: (item: T) => string) => list.map(text).sort();
    expect(sorted(addresses, ({ ifindex, address }) => `${ifindex} ${address}`)).toEqual(
      sorted(dump.addresses, ({ ifindex, local }) => `${ifindex} ${local}`),
    );
    expect(sorted(rules, ({ family, priority }) => `${family} ${priority}`)).toEqual(
      sorted(dump.rules, ({ family, priority }) => `${family} ${priority}`),
    );
  });

  it('does not hide a loss: what was said in lost messages is judged all the same', async () => {
    await using lab = await monitoredLab(tiny);
    const registry = lab.registry();
    const heard = recordEvents(registry);
    for (const version of ['v4', 'v6'] as const) {
      const { local, remote } = lab.toServer('ethernet', version);
      registry.track(
        { local: { address: local, port: 1 }, remote: { address: remote, port: 2 } },
        { label: version },
      );
    }
    await burst(lab.net.client, lab.monitor);
    await lab.net.client.ip([...storm(1500), 'link set eth0 down', ...storm(300, 11)]);
    await waitFor(() => heard.filter((line) => line.startsWith('invalidated')).length === 2, {
      what: 'both closed',
    });
    expect(heard.filter((line) => line.startsWith('invalidated')).sort()).toEqual([
      'invalidated v4 link-down',
      'invalidated v6 link-down',
    ]);
  });

  it('keeps the order of routes that differ in their gateway only: the first carries the traffic', async () => {
    await using lab = await monitoredLab(tiny);
    // Many of them, as the message of one might get through.
    const prefixes = Array.from({ length: 100 }, (_, n) => `172.16.${n}.0/24`);
    await lab.net.client.ip(prefixes.map((prefix) => `route add ${prefix} via 192.0.2.2`));
    await lab.settled();
    await waitUntilEqual(lab);
    const commands = storm(3000);
    for (const [n, prefix] of prefixes.entries()) {
      commands.splice(n * 31, 0, `route prepend ${prefix} via 198.51.100.2`);
    }
    await lab.net.client.ip(commands);
    await lab.settled();
    await waitUntilEqual(lab);
    const gateways = (by: 'lookup' | 'lookupKernel') =>
      prefixes.map((prefix) => lab.monitor[by](prefix.replace('0/24', '1')).gateway);
    expect(new Set(gateways('lookupKernel'))).toEqual(new Set(['198.51.100.2']));
    expect(gateways('lookup')).toEqual(gateways('lookupKernel'));
  });

  it('closes nothing by itself: connections that nothing touched hear nothing', async () => {
    await using lab = await monitoredLab(tiny);
    const { flows } = lab.watchBoth('ethernet');
    const generation = lab.monitor.state.generation;
    await lab.net.client.ip(storm(1500));
    await burst(lab.net.client, lab.monitor);
    await lab.settled();
    await waitUntilEqual(lab);
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
    expect(lab.monitor.state.generation).toBe(generation);
  });
});
