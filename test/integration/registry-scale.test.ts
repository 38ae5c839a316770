import { expect, it } from 'vitest';
import type { ConnectionRegistry } from '../../main/index.js';
import { IpShell } from '../fixtures/ip-shell.js';
import { type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import { linkDown, waitFor } from '../lab/index.js';

const COUNT = 1000;

function trackMany(lab: MonitoredLab, registry: ConnectionRegistry, close: () => void): void {
  const { local } = lab.toServer('ethernet', 'v4');
  for (let port = 1; port <= COUNT; port++) {
    const remote = { address: `203.0.113.${port % 250}`, port };
    registry.track({ local: { address: local, port }, remote, close });
  }
}

it('a thousand connections that turn suspect at once are closed, each once, and leave nothing behind', async () => {
  await using lab = await monitoredLab();
  const registry = lab.registry();
  const counts = { suspect: 0, invalidated: 0, closed: 0 };
  registry.on('suspect', () => counts.suspect++);
  registry.on('invalidated', () => counts.invalidated++);
  trackMany(lab, registry, () => counts.closed++);
  expect(lab.monitor.stats.flows).toBe(COUNT);
  await linkDown(lab.net.ethernet.a);
  await waitFor(() => counts.invalidated === COUNT, { what: 'all to be closed' });
  await lab.settled();
  expect(counts).toEqual({ suspect: COUNT, invalidated: COUNT, closed: COUNT });
  expect(registry.connections()).toEqual([]);
  expect(lab.monitor.stats.flows).toBe(0);
});

it('a thousand connections recover together', async () => {
  await using lab = await monitoredLab();
  await using ip = await IpShell.open(lab.net.client);
  const registry = lab.registry();
  const counts = { suspect: 0, recovered: 0, invalidated: 0 };
  registry.on('suspect', () => counts.suspect++);
  registry.on('recovered', () => counts.recovered++);
  registry.on('invalidated', () => counts.invalidated++);
  trackMany(lab, registry, () => {});
  await ip.run('route del default metric 100');
  await waitFor(() => counts.suspect === COUNT, { what: 'all to be suspect', intervalMs: 1 });
  await ip.run('route add default via 198.51.100.254 dev eth0 metric 100');
  await waitFor(() => counts.recovered === COUNT, { what: 'all to be back' });
  expect(counts).toEqual({ suspect: COUNT, recovered: COUNT, invalidated: 0 });
  expect(registry.connections().every(({ state }) => state === 'routable')).toBe(true);
});

it('a change that touches none of a thousand connections checks none of them', async () => {
  await using lab = await monitoredLab();
  trackMany(lab, lab.registry(), () => {});
  await lab.settled();
  const { flowChecks } = lab.monitor.stats;
  await lab.ip([
    'route add 198.19.0.0/16 dev wlan0',
    'addr add 10.77.0.1/24 dev wlan0',
    'route del 198.19.0.0/16',
  ]);
  expect(lab.monitor.stats.flowChecks).toBe(flowChecks);
});
