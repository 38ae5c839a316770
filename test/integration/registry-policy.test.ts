import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, PolicyOverrides, TrackOptions } from '../../main/index.js';
import { type MonitoredLab, monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import { allDefaultsRemoved, carrierLost, waitFor } from '../lab/index.js';

// What a policy does with a verdict (docs/verdicts.md).

function ends(lab: MonitoredLab) {
  const { local, remote } = lab.toServer('ethernet', 'v4');
  return { local: { address: local, port: 40_000 }, remote: { address: remote, port: 443 } };
}

/** Tracks with closings at once, but for what `options` say. */
async function playing(
  act: (lab: MonitoredLab, track: (options?: TrackOptions) => Connection) => Promise<void>,
  policy: PolicyOverrides = {},
): Promise<readonly string[]> {
  await using lab = await monitoredLab();
  const registry = lab.registry({
    policy: { 'link-down': { graceMs: 0 }, 'no-route': { graceMs: 0 }, ...policy },
  });
  const heard = recordEvents(registry);
  await act(lab, (options) => registry.track(ends(lab), { label: 'v4', ...options }));
  await lab.settled();
  return heard;
}

describe('the action', () => {
  it('signal tells and leaves the connection open', async () => {
    const heard = await playing(
      async (lab, track) => {
        const connection = track();
        const undo = await carrierLost(lab.net.ethernet.a);
        await lab.settled();
        expect(connection.state).toBe('suspect');
        await undo();
      },
      { 'carrier-lost': { action: 'signal' } },
    );
    expect(heard).toEqual(['suspect v4 carrier-lost', 'recovered v4']);
  });

  it('ignore does nothing, and leaves other reasons to their own', async () => {
    const heard = await playing(
      async (lab, track) => {
        const connection = track();
        await carrierLost(lab.net.ethernet.a);
        await lab.settled();
        expect(connection.state).toBe('routable');
        expect(connection.verdict).toMatchObject({ kind: 'unroutable', reason: 'carrier-lost' });
        await lab.ip('link set eth0 down');
      },
      { 'carrier-lost': { action: 'ignore' } },
    );
    expect(heard).toEqual(['suspect v4 link-down', 'invalidated v4 link-down']);
  });

  it('ignore of a reason that follows on another ends the doubt without calling it recovered', async () => {
    const heard = await playing(
      async (lab, track) => {
        const connection = track({ policy: { 'carrier-lost': { graceMs: 60_000 } } });
        await carrierLost(lab.net.ethernet.a);
        await lab.ip('link set eth0 down');
        expect(connection.verdict).toMatchObject({ kind: 'unroutable', reason: 'link-down' });
      },
      { 'link-down': { action: 'ignore' } },
    );
    expect(heard).toEqual(['suspect v4 carrier-lost']);
  });

  it('invalidate closes a rerouted connection too, where one wants that', async () => {
    const heard = await playing(
      async (lab, track) => {
        const connection = track();
        await lab.ip('route add default via 192.0.2.254 dev wlan0 metric 50');
        await waitFor(() => connection.state === 'invalidated', { what: 'it to be closed' });
      },
      { 'egress-changed': { action: 'invalidate', graceMs: 0 } },
    );
    expect(heard).toEqual(['suspect v4 egress-changed', 'invalidated v4 egress-changed']);
  });

  it('signal is the default for a rerouted connection, which recovers', async () => {
    const heard = await playing(async (lab, track) => {
      const connection = track();
      await lab.ip('route add default via 192.0.2.254 dev wlan0 metric 50');
      expect(connection.state).toBe('rerouted');
      await lab.ip('route del default via 192.0.2.254 dev wlan0 metric 50');
      expect(connection.state).toBe('routable');
    });
    expect(heard).toEqual(['rerouted v4 egress-changed', 'recovered v4']);
  });

  it('signal for a rerouted connection does not save it when it turns unroutable', async () => {
    const heard = await playing(async (lab, track) => {
      track();
      await lab.ip('route add default via 192.0.2.254 dev wlan0 metric 50');
      await lab.ip('link set eth0 down');
    });
    expect(heard).toEqual(['rerouted v4 egress-changed', 'suspect v4 link-down', 'invalidated v4 link-down']);
  });
});

describe('the policy of a connection', () => {
  it("goes before its registry's, entry by entry", async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: { 'no-route': { graceMs: 0 }, 'link-down': { graceMs: 7 } } });
    const own = registry.track(ends(lab), {
      label: 'own',
      policy: { 'no-route': { action: 'signal' }, 'carrier-lost': { graceMs: 9 } },
    });
    const other = registry.track(ends(lab), { label: 'other' });
    expect(own.policy).toMatchObject({
      'no-route': { action: 'signal', graceMs: 0 },
      'link-down': { action: 'invalidate', graceMs: 7 },
      'carrier-lost': { action: 'invalidate', graceMs: 9 },
      'source-removed': { action: 'invalidate', graceMs: 100 },
      'egress-changed': { action: 'signal', graceMs: 0 },
    });
    await allDefaultsRemoved(lab.net.client, { family: 4 });
    await waitFor(() => other.state === 'invalidated', { what: 'the other to be closed' });
    await lab.settled();
    expect(own.state).toBe('suspect');
  });

  it('is refused with the name of the field', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    expect(() => registry.track(ends(lab), { policy: { 'link-down': { graceMs: -1 } } })).toThrow(
      expect.objectContaining({
        code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
        message: expect.stringContaining('policy.link-down.graceMs'),
      }),
    );
    expect(registry.connections()).toEqual([]);
    expect(lab.monitor.stats.flows).toBe(0);
  });
});

describe('a target', () => {
  let lab: MonitoredLab;
  beforeAll(async () => {
    lab = await monitoredLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.each<readonly [string, string, unknown]>([
    ['target', 'null', null],
    ['target', 'a text', 'localhost:80'],
    ['target.remote', 'nothing in it', {}],
    ['target.remote.address', 'a name', { remote: { address: 'example.org', port: 80 } }],
    ['target.remote.port', 'port 65536', { remote: { address: '192.0.2.1', port: 65_536 } }],
    [
      'target.local.address',
      'a bad local address',
      { local: { address: '', port: 1 }, remote: { address: '192.0.2.1', port: 1 } },
    ],
    ['target.protocol', 'another protocol', { protocol: 'sctp', remote: { address: '192.0.2.1', port: 1 } }],
    ['target.oif', 'a link name for oif', { oif: 'eth0', remote: { address: '192.0.2.1', port: 1 } }],
    ['target.close', 'a close that is none', { close: true, remote: { address: '192.0.2.1', port: 1 } }],
    [
      'local address',
      'ends of two families',
      { local: { address: '::1', port: 1 }, remote: { address: '192.0.2.1', port: 1 } },
    ],
    ['remote address', 'a scope that is no link', { remote: { address: 'fe80::1%nolink', port: 1 } }],
  ])('is refused with the name of the field, %s: %s', async (field, _, target) => {
    const registry = lab.registry();
    expect(() => registry.track(target as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
        message: expect.stringContaining(field),
      }),
    );
    expect(registry.connections()).toEqual([]);
    expect(lab.monitor.stats.flows).toBe(0);
  });
});
