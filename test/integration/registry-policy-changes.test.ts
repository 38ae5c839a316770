import { describe, expect, it } from 'vitest';
import type { TrackOptions } from '../../main/index.js';
import { type MonitoredLab, monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import { allDefaultsRemoved, carrierLost, linkDown, waitFor } from '../lab/index.js';

// A policy that is replaced while it is at work, and rules that look at the peer (docs/policy.md).

const HOUR_MS = 3_600_000;

/** A lab with a connection that is suspect for its carrier, for an hour. */
async function suspectLab(options: TrackOptions = {}) {
  const lab = await monitoredLab();
  const registry = lab.registry({ policy: { 'carrier-lost': { graceMs: HOUR_MS } } });
  const heard = recordEvents(registry);
  const connection = registry.track(ends(lab), { label: 'v4', ...options });
  const undo = await carrierLost(lab.net.ethernet.a);
  await waitFor(() => connection.state === 'suspect', { what: 'the doubt' });
  return {
    registry,
    heard,
    connection,
    undo,
    settled: () => lab.settled(),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}

function ends(lab: MonitoredLab) {
  const { local, remote } = lab.toServer('ethernet', 'v4');
  return { local: { address: local, port: 40_000 }, remote: { address: remote, port: 443 } };
}

describe.each(['registry', 'connection'] as const)("a suspect's policy that its %s replaces", (whose) => {
  it('ends the doubt where it now says ignore, and calls it no recovery', async () => {
    await using lab = await suspectLab();
    lab[whose].setPolicy({ 'carrier-lost': { action: 'ignore' } });
    expect(lab.connection.state).toBe('routable');
    expect(lab.connection.policy['carrier-lost'].action).toBe('ignore');
    await lab.settled();
    expect(lab.heard).toEqual(['suspect v4 carrier-lost']);
  });

  it('ends the doubt where it now says signal, and leaves it suspect until it recovers', async () => {
    await using lab = await suspectLab();
    lab[whose].setPolicy({ 'carrier-lost': { action: 'signal' } });
    expect(lab.connection.state).toBe('suspect');
    lab[whose].setPolicy({ 'carrier-lost': { action: 'signal', graceMs: 0 } });
    await lab.undo();
    await waitFor(() => lab.connection.state === 'routable', { what: 'the recovery' });
    expect(lab.heard).toEqual(['suspect v4 carrier-lost', 'recovered v4']);
  });

  it('closes it at once where its grace period is now over: it counts from when the doubt began', async () => {
    await using lab = await suspectLab();
    const { connection } = lab;
    await waitFor(() => performance.now() - connection.since > 60, { what: '60 ms of doubt' });
    lab[whose].setPolicy({ 'carrier-lost': { graceMs: 50 } });
    await Promise.resolve();
    expect(connection.state).toBe('invalidated');
    expect(lab.heard).toEqual(['suspect v4 carrier-lost', 'invalidated v4 carrier-lost']);
  });

  it('closes it when a grace period that is shorter now is over', async () => {
    await using lab = await suspectLab();
    const { since } = lab.connection;
    const closed = new Promise<number>((resolve) => {
      lab.registry.on('invalidated', () => resolve(performance.now()));
    });
    lab[whose].setPolicy({ 'carrier-lost': { graceMs: 400 } });
    expect((await closed) - since).toBeGreaterThan(398);
  });

  it('is refused as a whole where a part of it is wrong', async () => {
    await using lab = await suspectLab();
    const { policy } = lab.connection;
    const wrong = { 'no-route': { graceMs: 1 }, 'carrier-lost': { action: 'close' } } as never;
    expect(() => lab[whose].setPolicy(wrong)).toThrow('policy.carrier-lost.action: must be');
    expect(lab.connection.policy).toEqual(policy);
    expect(lab.connection.state).toBe('suspect');
  });
});

describe('a policy that is replaced', () => {
  it('takes up again what it ignored', async () => {
    await using lab = await suspectLab();
    lab.connection.setPolicy({ 'carrier-lost': { action: 'ignore' } });
    lab.connection.setPolicy({ 'carrier-lost': { graceMs: 0 } });
    await waitFor(() => lab.connection.state === 'invalidated', { what: 'it to be closed' });
    expect(lab.heard).toEqual([
      'suspect v4 carrier-lost',
      'suspect v4 carrier-lost',
      'invalidated v4 carrier-lost',
    ]);
  });

  it('is replaced as a whole: what the old one said holds no more', async () => {
    await using lab = await suspectLab({ policy: { 'no-route': { graceMs: 5 } } });
    lab.connection.setPolicy({});
    expect(lab.connection.policy['no-route'].graceMs).toBe(100);
    expect(lab.connection.policy['carrier-lost'].graceMs).toBe(HOUR_MS);
  });

  it("leaves a connection's own policy before the registry's", async () => {
    await using lab = await suspectLab({ policy: { 'carrier-lost': { graceMs: HOUR_MS / 2 } } });
    lab.registry.setPolicy({ 'carrier-lost': { action: 'ignore' }, 'no-route': { graceMs: 7 } });
    lab.connection.setPolicy({ 'carrier-lost': { action: 'invalidate', graceMs: HOUR_MS } });
    expect(lab.connection.policy['carrier-lost']).toEqual({ action: 'invalidate', graceMs: HOUR_MS });
    expect(lab.connection.policy['no-route']).toEqual({ action: 'invalidate', graceMs: 7 });
  });

  it('counts for what is tracked afterwards', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    registry.setPolicy({ 'no-route': { action: 'ignore' } });
    expect(registry.track(ends(lab)).policy['no-route'].action).toBe('ignore');
  });

  it('signals a reroute that it wanted closed before', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({
      policy: { 'egress-changed': { action: 'invalidate', graceMs: HOUR_MS } },
    });
    const heard = recordEvents(registry);
    const connection = registry.track(ends(lab), { label: 'v4' });
    await lab.ip('route add default via 192.0.2.254 dev wlan0 metric 50');
    expect(connection.state).toBe('suspect');
    registry.setPolicy({});
    expect(connection.state).toBe('rerouted');
    expect(heard).toEqual(['suspect v4 egress-changed', 'rerouted v4 egress-changed']);
  });
});

describe('rules', () => {
  it('say by address and port which connections are closed', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({
      policy: {
        'no-route': { graceMs: 0 },
        'gateway-removed': { graceMs: 0 },
        rules: [
          {
            hosts: `${lab.net.addresses.server.v4}/24`,
            ports: '400-499',
            policy: { 'no-route': { action: 'ignore' } },
          },
        ],
      },
    });
    const spared = registry.track(ends(lab));
    const { local, remote } = ends(lab);
    const other = registry.track({ local, remote: { ...remote, port: 80 } });
    await allDefaultsRemoved(lab.net.client, { family: 4 });
    await waitFor(() => other.state === 'invalidated', { what: 'the other to be closed' });
    await lab.settled();
    expect([spared.state, spared.verdict?.reason]).toEqual(['routable', 'no-route']);
  });

  it('say it by the host that the application names', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({
      policy: {
        'link-down': { graceMs: 0 },
        rules: [{ hosts: '*.example.org', policy: { 'link-down': { action: 'ignore' } } }],
      },
    });
    const spared = registry.track(ends(lab), { host: 'API.example.org' });
    const other = registry.track(ends(lab), { host: 'example.org' });
    await linkDown(lab.net.ethernet.a);
    await waitFor(() => other.state === 'invalidated', { what: 'the other to be closed' });
    expect(spared.state).toBe('routable');
    expect(() => registry.track(ends(lab), { host: '' })).toThrow(
      "host: must be a name or an address, not ''",
    );
  });
});
