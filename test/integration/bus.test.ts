import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  bridgeToBus,
  type MetricsSnapshot,
  type MonitorBatch,
  type NetworkMessage,
  SystemBus,
  type SystemStateMessage,
} from '../../main/index.js';
import { type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import { allDefaultsRemoved, waitFor } from '../lab/index.js';

// What a monitor's news becomes on a bus (docs/bus.md). S10 and S11 in seed.test.ts are about the messages themselves.

/** Writes down a bus's `network` messages as JSON. */
function networkMessages(bus: SystemBus): string[] {
  const heard: string[] = [];
  bus.subscribe('network', (message: NetworkMessage) => heard.push(JSON.stringify(message)));
  return heard;
}

function batches(lab: MonitoredLab): MonitorBatch[] {
  const told: MonitorBatch[] = [];
  lab.monitor.on('batch', (batch) => told.push(batch));
  return told;
}

describe('class network', () => {
  it('stays quiet about what is no route', async () => {
    await using lab = await monitoredLab();
    const bus = new SystemBus();
    using _ = bridgeToBus(bus, { monitor: lab.monitor });
    const told = batches(lab);
    const heard = networkMessages(bus);
    await lab.net.client.ip('link set eth0 mtu 1400');
    await lab.net.client.ip('rule add to 10.1.2.3 table 100');
    await waitFor(() => told.some(({ rules }) => rules.length > 0), { what: 'the rule' });
    await nextTurn();
    expect(told.flatMap(({ routes }) => routes)).toEqual([]);
    expect(heard).toEqual([]);
  });

  it('makes a trickle of a storm, in which its end and a trigger for the portal detector are not lost', async () => {
    await using lab = await monitoredLab();
    const bus = new SystemBus();
    using _ = bridgeToBus(bus, { monitor: lab.monitor });
    const heard = networkMessages(bus);
    const prefixes = Array.from(
      { length: 10_000 },
      (_unused, index) => `10.${index >> 8}.${index & 255}.0/24`,
    );
    const started = performance.now();
    await lab.net.client.ip([
      ...prefixes.map((prefix) => `route add blackhole ${prefix}`),
      ...prefixes.map((prefix) => `route del blackhole ${prefix}`),
      'route add 172.16.0.0/12 via 192.0.2.254',
    ]);
    await waitFor(() => heard.at(-1) === '{"trigger":"cpdcheck","src":"gw-change"}', {
      what: 'the trigger',
      timeoutMs: 15_000,
    });
    const intervals = (performance.now() - started) / 16;
    expect(new Set(heard)).toEqual(
      new Set(['{"rt":"add"}', '{"rt":"del"}', '{"trigger":"cpdcheck","src":"gw-change"}']),
    );
    expect(heard.length).toBeLessThan(3 * (intervals + 1));
  });

  it('asks for a look for a portal where the default path changes, though the route has no gateway', async () => {
    await using lab = await monitoredLab();
    const bus = new SystemBus();
    using _ = bridgeToBus(bus, { monitor: lab.monitor });
    const heard = networkMessages(bus);
    await lab.net.client.ip('route add default dev eth0 metric 1');
    await waitFor(() => heard.length === 2, { what: 'two messages' });
    expect(heard).toEqual(['{"rt":"add"}', '{"trigger":"cpdcheck","src":"gw-change"}']);
  });
});

it('class system-state tells the status and the generation, once for each change', async () => {
  await using lab = await monitoredLab();
  const bus = new SystemBus();
  using _ = bridgeToBus(bus, { monitor: lab.monitor });
  const heard: SystemStateMessage[] = [];
  bus.subscribe('system-state', (message) => heard.push(message));
  const { generation } = lab.monitor.state;
  const undo = await allDefaultsRemoved(lab.net.client);
  await waitFor(() => heard.some((message) => 'status' in message && message.status === 'local'), {
    what: 'local',
  });
  await undo();
  await waitFor(() => heard.some((message) => 'status' in message && message.status === 'online'), {
    what: 'online',
  });
  await lab.settled();
  await waitFor(
    () => {
      const last = heard.at(-1);
      return last !== undefined && 'generation' in last && last.generation === lab.monitor.state.generation;
    },
    { what: 'the last generation' },
  );
  expect(lab.monitor.state.generation).toBeGreaterThan(generation);
  expect(heard.every((message) => 'status' in message && message.validated === false)).toBe(true);
});

it('class metrics answers a request, to all who subscribe', async () => {
  await using lab = await monitoredLab();
  const registry = lab.registry();
  const bus = new SystemBus();
  using _ = bridgeToBus(bus, { monitor: lab.monitor, registry });
  registry.track({ remote: { address: lab.net.addresses.server.v4, port: 443 } });
  const snapshots: MetricsSnapshot[] = [];
  bus.subscribe('metrics', (message) => {
    if ('snapshot' in message) snapshots.push(message.snapshot);
  });
  bus.publish('metrics', { request: 'snapshot' });
  await waitFor(() => snapshots.length > 0, { what: 'a snapshot' });
  expect(snapshots[0]?.metrics).toContainEqual(
    expect.objectContaining({
      name: 'roamkit.connection.count',
      points: [
        {
          attributes: { 'roamkit.connection.state': 'routable', 'roamkit.connection.owner': 'main' },
          value: 1,
        },
      ],
    }),
  );
});

it('a bridge that nobody listens to publishes nothing, and one that was taken down neither', async () => {
  await using lab = await monitoredLab();
  const bus = new SystemBus();
  const bridge = bridgeToBus(bus, { monitor: lab.monitor });
  await lab.ip('route add blackhole 10.0.0.0/8');
  const heard = networkMessages(bus);
  await nextTurn();
  expect(heard).toEqual([]);
  await lab.ip('route del blackhole 10.0.0.0/8');
  await waitFor(() => heard.length > 0, { what: 'a message' });
  bridge[Symbol.dispose]();
  const before = heard.length;
  await lab.ip('route add blackhole 10.0.0.0/8');
  await nextTurn();
  expect(heard.length).toBe(before);
});
