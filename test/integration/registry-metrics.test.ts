import { expect, it } from 'vitest';
import type { ConnectionRegistry, Metric, MetricAttributes } from '../../main/index.js';
import { monitoredLab } from '../fixtures/monitored-lab.js';
import { bestDefaultRemoved, linkDown, waitFor } from '../lab/index.js';

function metric(registry: ConnectionRegistry, name: string): Metric {
  const found = registry.metrics().metrics.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** The value of a counter or gauge; 0 where it has no such point. */
function value(registry: ConnectionRegistry, name: string, attributes: MetricAttributes = {}): number {
  const { kind, points } = metric(registry, name);
  if (kind === 'histogram') throw new Error(`${name} is a histogram`);
  return points.find((point) => JSON.stringify(point.attributes) === JSON.stringify(attributes))?.value ?? 0;
}

it('counts what happens to connections, by reason', async () => {
  await using lab = await monitoredLab();
  const registry = lab.registry();
  const { local, remote } = lab.toServer('ethernet', 'v4');
  const track = (port: number) =>
    registry.track({ local: { address: local, port }, remote: { address: remote, port: 443 } });
  const [lost] = [track(1), track(2)];
  track(3).untrack();
  expect(
    value(registry, 'roamkit.connection.count', {
      'roamkit.connection.state': 'routable',
      'roamkit.connection.owner': 'main',
    }),
  ).toBe(2);
  expect(value(registry, 'roamkit.connection.tracked', { 'roamkit.connection.owner': 'main' })).toBe(3);

  await lab.ip('route add 203.0.113.0/24 via 192.0.2.254');
  expect(value(registry, 'roamkit.connection.reroutes', { 'roamkit.verdict.reason': 'egress-changed' })).toBe(
    2,
  );
  expect(
    value(registry, 'roamkit.connection.count', {
      'roamkit.connection.state': 'rerouted',
      'roamkit.connection.owner': 'main',
    }),
  ).toBe(2);
  await lab.ip('route del 203.0.113.0/24');
  expect(value(registry, 'roamkit.connection.recoveries')).toBe(2);

  const undo = await bestDefaultRemoved(lab.net.client);
  await undo();
  await lab.settled();
  await linkDown(lab.net.ethernet.a);
  await waitFor(() => lost?.state === 'invalidated', { what: 'the end of the connection' });
  expect(value(registry, 'roamkit.connection.suspicions', { 'roamkit.verdict.reason': 'link-down' })).toBe(2);
  expect(value(registry, 'roamkit.connection.invalidations', { 'roamkit.verdict.reason': 'link-down' })).toBe(
    2,
  );
  expect(value(registry, 'roamkit.connection.tracked', { 'roamkit.connection.owner': 'main' })).toBe(3);
  // Each combination that there was, so that whoever keeps what was observed last hears of its end.
  const open = metric(registry, 'roamkit.connection.count').points;
  expect(open.map((point) => 'value' in point && point.value)).toEqual(open.map(() => 0));
  expect(open.length).toBeGreaterThan(1);
});

it('measures how long a connection was suspect until it was invalidated, in seconds', async () => {
  await using lab = await monitoredLab();
  const registry = lab.registry({ policy: { 'link-down': { graceMs: 60 } } });
  const { local, remote } = lab.toServer('ethernet', 'v4');
  const connection = registry.track({
    local: { address: local, port: 1 },
    remote: { address: remote, port: 2 },
  });
  await linkDown(lab.net.ethernet.a);
  await waitFor(() => connection.state === 'invalidated', { what: 'the end of the connection' });
  const { unit, points } = metric(registry, 'roamkit.connection.suspect.duration');
  expect(unit).toBe('s');
  const [point] = points;
  expect(point).toMatchObject({ attributes: { 'roamkit.suspicion.outcome': 'invalidated' }, count: 1 });
  if (point === undefined || !('bounds' in point)) throw new Error('it is no histogram');
  expect(point.sum).toBeGreaterThan(0.05);
  expect(point.sum).toBeLessThan(5);
  const bucket = point.counts.indexOf(1);
  expect(point.sum).toBeLessThanOrEqual(point.bounds[bucket] ?? Number.POSITIVE_INFINITY);
  expect(point.sum).toBeGreaterThan(point.bounds[bucket - 1] ?? 0);
});

it("has the monitor's counters, is plain data, and its names and units are OpenTelemetry's", async () => {
  await using lab = await monitoredLab();
  const registry = lab.registry();
  const snapshot = registry.metrics();
  expect(value(registry, 'roamkit.monitor.route.count')).toBe(lab.monitor.stats.routes);
  expect(value(registry, 'roamkit.monitor.receive_buffer.limit')).toBe(lab.monitor.stats.receiveBufferBytes);
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  const names = snapshot.metrics.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, kind, unit, description, points } of snapshot.metrics) {
    // The syntax of instrument names and the rules for them, and UCUM's annotations.
    expect(name).toMatch(/^roamkit(\.[a-z]+(_[a-z]+)*)+$/);
    expect(unit).toMatch(/^(s|By|\{[a-z]+\})$/);
    // "Do not pluralize UpDownCounter names", and "limit" for a known, constant amount.
    if (kind === 'up-down-counter') expect(name).toMatch(/\.count$/);
    if (kind === 'gauge') expect(name).toMatch(/\.limit$/);
    for (const { attributes } of points) {
      for (const key of Object.keys(attributes)) expect(key).toMatch(/^roamkit\.[a-z]+\.[a-z]+$/);
    }
    expect(description).toMatch(/\.$/);
  }
  expect(snapshot.startedAt).toBeLessThanOrEqual(snapshot.takenAt);
  await lab.monitor.close();
  expect(registry.metrics().metrics.length).toBe(names.length);
});
