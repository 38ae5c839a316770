import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type {
  ConnectionEvent,
  ConnectionRegistry,
  FlowDescriptor,
  PolicyOverrides,
} from '../../main/index.js';
import { monotonicNow } from '../../main/monitor/monotonic-time.js';
import { IpShell } from '../fixtures/ip-shell.js';
import { type MonitoredLab, monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import { carrierLost, linkDown, waitFor } from '../lab/index.js';

// When a connection is closed, and when it is not: grace periods and the kernel's confirmation (docs/verdicts.md).

type RegistryEvent = 'suspect' | 'recovered' | 'rerouted' | 'invalidated';

function next(registry: ConnectionRegistry, name: RegistryEvent, label?: string): Promise<ConnectionEvent> {
  return new Promise((resolve) => {
    const listener = (event: ConnectionEvent): void => {
      if (label !== undefined && event.connection.label !== label) return;
      registry.off(name, listener);
      resolve(event);
    };
    registry.on(name, listener);
  });
}

function toServer(lab: MonitoredLab, version: 'v4' | 'v6' = 'v4'): FlowDescriptor {
  const { local, remote } = lab.toServer('ethernet', version);
  return { local: { address: local, port: 40_000 }, remote: { address: remote, port: 443 } };
}

/** Tracks a flow of each family, `v4` and `v6`. */
function trackBoth(lab: MonitoredLab, registry: ConnectionRegistry): void {
  for (const version of ['v4', 'v6'] as const) registry.track(toServer(lab, version), { label: version });
}

function defaults(verb: 'add' | 'del'): readonly string[] {
  return [
    `route ${verb} default via 198.51.100.254 dev eth0 metric 100`,
    `route ${verb} default via 2001:db8:2::fe dev eth0 metric 100`,
  ];
}

describe('with the default policy nothing is closed', () => {
  const v6Address = (verb: string) =>
    `addr ${verb} 2001:db8:2::1/64 dev eth0${verb === 'add' ? ' nodad' : ''}`;
  const addresses = (verb: string) => [`addr ${verb} 198.51.100.1/24 dev eth0`, v6Address(verb)];

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['the best default is deleted and put back', defaults('del'), defaults('add')],
    [
      'the addresses are deleted and put back, with their routes',
      addresses('del'),
      // IPv6 keeps routes without an address.
      [...addresses('add'), ...defaults('add').slice(0, 1)],
    ],
    [
      'the link goes down and comes back, with all it had',
      ['link set eth0 down'],
      ['link set eth0 up', v6Address('add'), ...defaults('add')],
    ],
  ])('when %s 20 ms later', async (_, lose, restore) => {
    await using lab = await monitoredLab();
    await using ip = await IpShell.open(lab.net.client);
    const registry = lab.registry();
    const heard = recordEvents(registry);
    trackBoth(lab, registry);
    await ip.run(...lose);
    await delay(20);
    await ip.run(...restore);
    await lab.settled();
    expect(heard.map((line) => line.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
      'recovered v4',
      'recovered v6',
      'suspect v4',
      'suspect v6',
    ]);
  });

  it('when the carrier is lost and comes back 20 ms later', async () => {
    await using lab = await monitoredLab();
    await using ip = await IpShell.open(lab.net.router);
    const registry = lab.registry();
    const heard = recordEvents(registry);
    trackBoth(lab, registry);
    await ip.run('link set eth0 down');
    await delay(20);
    await ip.run('link set eth0 up');
    await lab.net.ethernet.settled();
    await lab.settled();
    expect(heard.sort()).toEqual([
      'recovered v4',
      'recovered v6',
      'suspect v4 carrier-lost',
      'suspect v6 carrier-lost',
    ]);
  });

  it('when addresses are deleted and put back in one go', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    const heard = recordEvents(registry);
    trackBoth(lab, registry);
    await lab.ip([...addresses('del'), ...addresses('add'), ...defaults('add').slice(0, 1)]);
    expect(registry.connections().map(({ state }) => state)).toEqual(['routable', 'routable']);
    expect(heard.filter((line) => line.startsWith('invalidated'))).toEqual([]);
  });
});

describe('a suspect connection', () => {
  it('is invalidated when its grace period is over, not sooner and not much later', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    const closed: Error[] = [];
    registry.track({ ...toServer(lab), close: (error) => closed.push(error) });
    const suspect = next(registry, 'suspect');
    const invalidated = next(registry, 'invalidated');
    await linkDown(lab.net.ethernet.a);
    const { connection } = await suspect;
    const { receivedAt } = lab.monitor;
    expect(connection.state).toBe('suspect');
    await invalidated;
    const graceMs = monotonicNow() - receivedAt;
    expect(connection.state).toBe('invalidated');
    // Node's timers count whole milliseconds.
    expect(graceMs).toBeGreaterThan(98);
    expect(graceMs).toBeLessThan(600);
    expect(closed).toMatchObject([{ code: 'ERR_ROAMKIT_UNROUTABLE', reason: 'link-down' }]);
  });

  it('has no more time because the application was busy when the network changed', async () => {
    await using lab = await monitoredLab();
    await using ip = await IpShell.open(lab.net.client);
    const registry = lab.registry({ policy: { 'link-down': { graceMs: 300 } } });
    const heard = recordEvents(registry);
    trackBoth(lab, registry);
    registry.once('suspect', () => setTimeout(() => heard.push('150 ms later'), 150));
    const down = ip.run('link set eth0 down');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    await down;
    await waitFor(() => heard.includes('150 ms later'), { what: 'what comes 150 ms later' });
    expect(heard).toEqual([
      'suspect v4 link-down',
      'suspect v6 link-down',
      'invalidated v4 link-down',
      'invalidated v6 link-down',
      '150 ms later',
    ]);
  });

  it('has no more time because it was found only after the network changed', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: { 'link-down': { graceMs: 300 } } });
    const heard = recordEvents(registry);
    const openedAfterMs = monotonicNow();
    await linkDown(lab.net.ethernet.a);
    await lab.settled();
    const lostAt = monotonicNow();
    await waitFor(() => monotonicNow() > lostAt + 300, { what: 'the grace period to be over' });
    registry.once('suspect', () => setTimeout(() => heard.push('150 ms later'), 150));
    registry.track({ ...toServer(lab), openedAfterMs }, { label: 'v4' });
    await waitFor(() => heard.includes('150 ms later'), { what: 'what comes 150 ms later' });
    expect(heard).toEqual(['suspect v4 link-down', 'invalidated v4 link-down', '150 ms later']);
  });

  it('is left alone where all was well again before the busy application heard of it', async () => {
    await using lab = await monitoredLab();
    await using ip = await IpShell.open(lab.net.client);
    const registry = lab.registry();
    const heard = recordEvents(registry);
    trackBoth(lab, registry);
    // Hears of the first, and is busy for longer than the grace period when the rest happens.
    const isBack = new Promise<void>((resolve) => {
      registry.once('suspect', () => {
        const back = ip.run(...defaults('add'));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
        void back.then(resolve);
      });
    });
    await ip.run(...defaults('del'));
    await isBack;
    await lab.settled();
    expect(registry.connections().map(({ state }) => state)).toEqual(['routable', 'routable']);
    expect(heard.filter((line) => line.startsWith('invalidated'))).toEqual([]);
  });

  it('with a grace period of 0 is invalidated in the turn in which it turned suspect', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: { 'link-down': { graceMs: 0 } } });
    const heard = recordEvents(registry);
    registry.track(toServer(lab), { label: 'v4' });
    registry.on('suspect', () => setImmediate(() => heard.push('next turn')));
    const turn = waitFor(() => heard.includes('next turn'), { what: 'the next turn' });
    await linkDown(lab.net.ethernet.a);
    await turn;
    expect(heard).toEqual(['suspect v4 link-down', 'invalidated v4 link-down', 'next turn']);
  });

  it('waits 1500 ms for a carrier', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    registry.track(toServer(lab));
    const suspect = next(registry, 'suspect');
    const invalidated = next(registry, 'invalidated');
    await carrierLost(lab.net.ethernet.a);
    await suspect;
    const { receivedAt } = lab.monitor;
    expect((await invalidated).reason).toBe('carrier-lost');
    const graceMs = monotonicNow() - receivedAt;
    expect(graceMs).toBeGreaterThan(1498);
    expect(graceMs).toBeLessThan(2500);
  });

  it('is not closed while untracked, nor by a registry that is closed', async () => {
    await using lab = await monitoredLab();
    const [registry, other] = [lab.registry(), lab.registry()];
    const closed: string[] = [];
    const track = (from: ConnectionRegistry, label: string) =>
      from.track({ ...toServer(lab), close: () => closed.push(label) }, { label });
    const untracked = track(registry, 'untracked');
    track(other, 'of a closed registry');
    track(registry, 'kept');
    const both = Promise.all([next(registry, 'suspect', 'untracked'), next(other, 'suspect')]);
    const kept = next(registry, 'invalidated', 'kept');
    await linkDown(lab.net.ethernet.a);
    await both;
    untracked.untrack();
    other.close();
    await kept;
    expect(closed).toEqual(['kept']);
    expect(untracked.state).toBe('closed');
    expect(lab.monitor.stats.flows).toBe(0);
  });

  it('may be untracked by the listener that hears of it', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: { 'link-down': { graceMs: 0 } } });
    const heard = recordEvents(registry);
    registry.on('suspect', ({ connection }) => {
      if (connection.label === 'a') connection.untrack();
    });
    registry.track(toServer(lab), { label: 'a' });
    registry.track(toServer(lab), { label: 'b' });
    const done = next(registry, 'invalidated', 'b');
    await linkDown(lab.net.ethernet.a);
    await done;
    expect(heard).not.toContain('invalidated a link-down');
  });

  it('may be replaced by the listener that hears of its end', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: { 'link-down': { graceMs: 0 } } });
    const { wifi, server } = lab.net.addresses;
    registry.track(toServer(lab));
    const done = next(registry, 'invalidated');
    registry.once('invalidated', () => {
      registry.track({ local: { address: wifi.v4, port: 1 }, remote: { address: server.v4, port: 443 } });
    });
    await linkDown(lab.net.ethernet.a);
    await done;
    await lab.settled();
    expect(registry.connections().map(({ state }) => state)).toEqual(['routable']);
  });
});

describe('a reason that follows on another', () => {
  const policy: PolicyOverrides = { 'carrier-lost': { graceMs: 400 }, 'link-down': { graceMs: 300 } };

  it('does not make a connection suspect a second time', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy });
    const heard = recordEvents(registry);
    registry.track(toServer(lab), { label: 'v4' });
    const done = next(registry, 'invalidated');
    await carrierLost(lab.net.ethernet.a);
    await lab.ip('link set eth0 down');
    await done;
    expect(heard).toEqual(['suspect v4 carrier-lost', 'invalidated v4 link-down']);
  });

  it('has its own grace period: a link that blinks after a lost carrier costs nothing', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    const heard = recordEvents(registry);
    const connection = registry.track(toServer(lab), { label: 'v4' });
    const undo = await carrierLost(lab.net.ethernet.a);
    await lab.settled();
    // Longer than link-down's 100 ms, far shorter than carrier-lost's 1500.
    await waitFor(() => performance.now() - connection.since > 150, { what: '150 ms without a carrier' });
    await using ip = await IpShell.open(lab.net.client);
    await ip.run('link set eth0 down');
    await lab.settled();
    await ip.run('link set eth0 up', 'route add default via 198.51.100.254 dev eth0 metric 100 onlink');
    await undo();
    await lab.settled();
    expect(heard).toEqual(['suspect v4 carrier-lost', 'recovered v4']);
  });

  it('has all of it where the first was only signalled', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({
      policy: { 'carrier-lost': { action: 'signal' }, 'link-down': { graceMs: 300 } },
    });
    const connection = registry.track(toServer(lab));
    const signalled = next(registry, 'suspect');
    const invalidated = next(registry, 'invalidated');
    await carrierLost(lab.net.ethernet.a);
    await signalled;
    await waitFor(() => performance.now() - connection.since > 350, { what: '350 ms without a carrier' });
    const start = performance.now();
    await lab.net.client.ip('link set eth0 down');
    await invalidated;
    expect(performance.now() - start).toBeGreaterThan(298);
  });
});
