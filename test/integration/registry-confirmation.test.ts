import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { PolicyOverrides } from '../../main/index.js';
import { type MonitoredLab, monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import { allDefaultsRemoved, carrierLost, linkDown, waitFor } from '../lab/index.js';

// A connection is closed only where the mirror and the kernel agree (docs/verdicts.md); what they disagree on must not keep the
// monitor busy (section 13: idle, no wake-ups at all).

const atOnce: PolicyOverrides = Object.fromEntries(
  (['link-down', 'no-route', 'gateway-removed', 'source-removed'] as const).map((reason) => [
    reason,
    { graceMs: 0 },
  ]),
);

function ends(lab: MonitoredLab) {
  const { local, remote } = lab.toServer('ethernet', 'v4');
  return { local: { address: local, port: 40_000 }, remote: { address: remote, port: 443 } };
}

/** How often the monitor's thread woke in that time, in which nothing happens. */
async function wakeupsIn(lab: MonitoredLab, ms: number): Promise<number> {
  const before = lab.monitor.stats.wakeups;
  await delay(ms);
  return lab.monitor.stats.wakeups - before;
}

describe('a connection of which the kernel says that it works', () => {
  it('is not closed, whatever the mirror says: rules by user (uidrange)', async () => {
    await using lab = await monitoredLab();
    const { client } = lab.net;
    // Of the user whom these tests run as; the mirror does not know who asks.
    const uid = process.getuid?.() ?? 0;
    await client.ip(`rule add pref 10 uidrange ${uid}-${uid} lookup 100`, { family: 4 });
    await lab.ip('route add default via 198.51.100.254 dev eth0 table 100');
    const registry = lab.registry({ policy: atOnce });
    const heard = recordEvents(registry);
    registry.track(ends(lab), { label: 'v4' });
    await allDefaultsRemoved(client, { family: 4 });
    await lab.settled();
    expect(lab.monitor.lookupKernel('203.0.113.1', { source: '198.51.100.1' }).routable).toBe(true);
    await delay(600);
    expect(heard.filter((line) => line.startsWith('invalidated'))).toEqual([]);
    expect(await wakeupsIn(lab, 1500)).toBeLessThanOrEqual(2);
  });

  it('does not keep the monitor awake: a default whose metric grew', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: atOnce });
    const heard = recordEvents(registry);
    registry.track(ends(lab), { label: 'v4' });
    await lab.ip([
      'route add default via 198.51.100.254 dev eth0 metric 20100',
      'route del default via 198.51.100.254 dev eth0 metric 100',
    ]);
    await delay(600);
    expect(heard.filter((line) => line.startsWith('invalidated'))).toEqual([]);
    expect(await wakeupsIn(lab, 1500)).toBeLessThanOrEqual(2);
  });
});

describe('a connection that is bound to a link', () => {
  // With a link given and no route, the kernel takes IPv4's peer for a neighbour on it (ip_route_output_key_hash_rcu).
  it('is closed when its default goes', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: atOnce });
    const heard = recordEvents(registry);
    const oif = await lab.net.ethernet.a.ifindex();
    registry.track({ ...ends(lab), oif }, { label: 'v4' });
    await lab.ip('route del default via 198.51.100.254 dev eth0');
    await waitFor(() => heard.some((line) => line.startsWith('invalidated')), { what: 'it to be closed' });
  });

  it('is left alone by what happens to the other link', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: atOnce });
    const heard = recordEvents(registry);
    const { wifi } = lab.net.addresses;
    const oif = await lab.net.wifi.a.ifindex();
    const { remote } = ends(lab);
    registry.track({ local: { address: wifi.v4, port: 1 }, remote, oif }, { label: 'v4' });
    await linkDown(lab.net.ethernet.a);
    await lab.settled();
    expect(heard).toEqual([]);
  });
});

describe('a connection that is untracked in the moment of the decision', () => {
  it('is left open: a listener that is told of another one unties it', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: atOnce });
    const closed: string[] = [];
    const track = (label: string) =>
      registry.track({ ...ends(lab), close: () => closed.push(label) }, { label });
    const first = track('first');
    const second = track('second');
    registry.once('invalidated', () => second.untrack());
    await linkDown(lab.net.ethernet.a);
    await waitFor(() => first.state === 'invalidated', { what: 'the first to be closed' });
    await lab.settled();
    expect([second.state, closed]).toEqual(['closed', ['first']]);
  });
});

describe('a monitor that is closed', () => {
  it('ends the doubts of its registries: nothing is asked of it any more', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: { 'carrier-lost': { graceMs: 50 } } });
    const connection = registry.track(ends(lab));
    await carrierLost(lab.net.ethernet.a);
    await waitFor(() => connection.state === 'suspect', { what: 'the doubt' });
    const confirm = vi.spyOn(lab.monitor, 'confirmFlows');
    await lab.monitor.close();
    await delay(700);
    expect(confirm.mock.calls.length).toBeLessThanOrEqual(1);
    expect(connection.state).not.toBe('invalidated');
  });

  it('says so to whoever tracks with it', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    await lab.monitor.close();
    expect(() => registry.track(ends(lab))).toThrow(expect.objectContaining({ code: 'ERR_ROAMKIT_CLOSED' }));
    expect(registry.connections()).toEqual([]);
  });
});
