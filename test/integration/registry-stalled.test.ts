import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ReroutedLab } from '../fixtures/rerouted-lab.js';
import { addressRemoved, carrierLost, waitFor } from '../lab/index.js';

// Connections whose path is in question, and what TCP's own state shows of it (docs/verdicts.md, "Evidence").

const isStalled = (heard: readonly string[], label: string) => () =>
  heard.includes(`invalidated ${label} stalled`);

describe('a connection over Wi-Fi when Ethernet is plugged in', () => {
  it.each(['v4', 'v6'] as const)(
    'stays open and is told of once where the old address still works (%s)',
    async (v) => {
      await using lab = await ReroutedLab.create();
      const { talker, connection, isClosed } = await lab.track('chat', v);
      expect(await talker.isAlive()).toBe(true);
      await lab.plugInEthernet();
      for (let round = 0; round < 6; round++) {
        expect(await talker.isAlive()).toBe(true);
        await delay(250);
      }
      expect(lab.heard).toEqual(['rerouted chat egress-changed']);
      expect(connection).toMatchObject({ state: 'rerouted', verdict: { reason: 'egress-changed' } });
      expect(isClosed()).toBe(false);
    },
  );

  it.each(['v4', 'v6'] as const)(
    'is closed (stalled) where its old address is not let through (%s)',
    async (v) => {
      await using lab = await ReroutedLab.create();
      const { talker, connection, isClosed } = await lab.track('chat', v);
      await lab.dropForeignSources();
      await lab.plugInEthernet();
      talker.send(10);
      const start = performance.now();
      await waitFor(isStalled(lab.heard, 'chat'), { what: 'it to be closed', timeoutMs: 10_000 });
      // Two and three retransmissions at RTOs of at least 200 ms; far less than TCP's own 15 minutes.
      expect(performance.now() - start).toBeGreaterThan(1500);
      expect(lab.heard).toEqual([
        'rerouted chat egress-changed',
        'suspect chat stalled',
        'invalidated chat stalled',
      ]);
      expect(isClosed()).toBe(true);
      expect(connection).toMatchObject({ state: 'invalidated' });
      expect(lab.lab.monitor.stats.flows).toBe(0);
    },
  );

  it('that says nothing stays open, and is found out once it sends', async () => {
    await using lab = await ReroutedLab.create();
    const busy = await lab.track('busy');
    const idle = await lab.track('idle');
    await lab.dropForeignSources();
    await lab.plugInEthernet();
    busy.talker.send(10);
    await waitFor(isStalled(lab.heard, 'busy'), { what: 'one to be closed', timeoutMs: 10_000 });
    expect(idle.connection.state).toBe('rerouted');
    idle.talker.send(10);
    await waitFor(isStalled(lab.heard, 'idle'), { what: 'the other to be closed too', timeoutMs: 15_000 });
  });

  // A router that checks for reverse paths does not even say where it is to who asks in the name of another network: the kernel
  // keeps what it has sent until it gives up, after 3 s.
  it('is closed where the router checks for reverse paths (RFC 3704)', async () => {
    await using lab = await ReroutedLab.create();
    const { talker, connection } = await lab.track('chat');
    await lab.lab.net.router.sysctl('net.ipv4.conf.eth0.rp_filter', 1);
    await lab.plugInEthernet();
    talker.send(10);
    await waitFor(() => lab.heard.includes('suspect chat gateway-unreachable'), {
      what: 'the kernel to give up',
    });
    await waitFor(isStalled(lab.heard, 'chat'), { what: 'it to be closed', timeoutMs: 10_000 });
    expect(connection.state).toBe('invalidated');
  });

  it('is not closed for what it had in flight before, and was answered by the old path', async () => {
    await using lab = await ReroutedLab.create();
    const { talker, connection } = await lab.track('chat');
    const { router } = lab.lab.net;
    // Retransmitted already when the path changes.
    await router.ip('route add blackhole 203.0.113.1');
    talker.send(10);
    await waitFor(() => (lab.diagnose(connection)?.retransmits ?? 0) >= 3, { what: 'three retransmissions' });
    await lab.plugInEthernet();
    await router.ip('route del blackhole 203.0.113.1');
    await waitFor(() => lab.diagnose(connection)?.unackedSegments === 0, { what: 'the answer' });
    expect(connection.state).toBe('rerouted');
    expect(lab.heard).toEqual(['rerouted chat egress-changed']);
    expect(await talker.isAlive()).toBe(true);
  });

  it('comes home when Ethernet is unplugged before it is closed', async () => {
    await using lab = await ReroutedLab.create({ policy: { stalled: { graceMs: 60_000 } } });
    const { talker, connection } = await lab.track('chat');
    await lab.dropForeignSources();
    await lab.plugInEthernet();
    talker.send(10);
    await waitFor(() => lab.heard.includes('suspect chat stalled'), { what: 'it to be stuck' });
    expect(connection).toMatchObject({
      state: 'suspect',
      verdict: { kind: 'unroutable', reason: 'stalled', certain: true, path: { link: 'eth0' } },
    });
    await lab.unplugEthernet();
    expect(connection).toMatchObject({ state: 'routable', verdict: { kind: 'routable' } });
    expect(lab.heard).toEqual(['rerouted chat egress-changed', 'suspect chat stalled', 'recovered chat']);
  });

  it('is rerouted again when it gets through at last', async () => {
    await using lab = await ReroutedLab.create({ policy: { stalled: { graceMs: 3000 } } });
    const { talker, connection } = await lab.track('chat');
    await lab.dropForeignSources();
    await lab.plugInEthernet();
    talker.send(10);
    await waitFor(() => connection.state === 'suspect', { what: 'it to be stuck' });
    await lab.dropForeignSources('del');
    await waitFor(() => connection.state === 'rerouted', { what: 'it to be believed', timeoutMs: 10_000 });
    expect(lab.heard).toEqual([
      'rerouted chat egress-changed',
      'suspect chat stalled',
      'rerouted chat egress-changed',
    ]);
    expect(await talker.isAlive()).toBe(true);
  });

  it('is only told of where the policy says so, and told when it gets through', async () => {
    await using lab = await ReroutedLab.create({ policy: { stalled: { action: 'signal' } } });
    const { talker, connection, isClosed } = await lab.track('chat');
    await lab.dropForeignSources();
    await lab.plugInEthernet();
    talker.send(10);
    await waitFor(() => connection.state === 'suspect', { what: 'it to be stuck' });
    await lab.dropForeignSources('del');
    await waitFor(() => connection.state === 'rerouted', { what: 'it to be believed', timeoutMs: 15_000 });
    expect(isClosed()).toBe(false);
    expect(lab.heard.slice(1)).toEqual(['suspect chat stalled', 'rerouted chat egress-changed']);
  });

  it('is left alone where the policy ignores evidence', async () => {
    await using lab = await ReroutedLab.create({ policy: { stalled: { action: 'ignore' } } });
    const { talker, connection } = await lab.track('chat');
    await lab.dropForeignSources();
    await lab.plugInEthernet();
    talker.send(10);
    await delay(3000);
    expect(connection.state).toBe('rerouted');
    expect(lab.heard).toEqual(['rerouted chat egress-changed']);
  });
});

it('a VPN that swallows all is found out: its connections are closed (stalled)', async () => {
  await using lab = await ReroutedLab.create();
  const { talker } = await lab.track('chat');
  await lab.vpnThatSwallows();
  expect(lab.heard).toEqual(['rerouted chat egress-changed']);
  talker.send(10);
  await waitFor(isStalled(lab.heard, 'chat'), { what: 'it to be closed', timeoutMs: 10_000 });
});

describe('is not taken for stuck', () => {
  it('a peer that reads nothing for now (a window of zero)', async () => {
    await using lab = await ReroutedLab.create();
    const { talker, connection } = await lab.track('chat');
    process.kill(lab.echo.process.pid, 'SIGSTOP');
    talker.send(50_000_000);
    const hasClosedWindow = (): boolean => lab.diagnose(connection)?.sendWindowBytes === 0;
    await waitFor(hasClosedWindow, { what: 'the window to close' });
    await lab.plugInEthernet();
    await waitFor(() => (lab.diagnose(connection)?.backoff ?? 0) >= 4, { what: 'probes', timeoutMs: 15_000 });
    expect(hasClosedWindow()).toBe(true);
    expect(connection.state).toBe('rerouted');
    expect(lab.heard).toEqual(['rerouted chat egress-changed']);
    process.kill(lab.echo.process.pid, 'SIGCONT');
  });

  it('a path that loses much, but not all', async () => {
    await using lab = await ReroutedLab.create();
    const { talker, connection } = await lab.track('chat');
    // A queue of two packets and a trickle: the rest of each burst is lost.
    await lab.lab.net.router.exec('tc', [
      'qdisc',
      'add',
      'dev',
      'eth1',
      'root',
      'tbf',
      'rate',
      '256kbit',
      'burst',
      '1600',
      'limit',
      '3200',
    ]);
    await lab.plugInEthernet();
    const before = lab.diagnose(connection)?.totalRetransmits ?? 0;
    for (let burst = 0; burst < 12; burst++) {
      talker.send(60_000);
      await delay(500);
    }
    expect((lab.diagnose(connection)?.totalRetransmits ?? 0) - before).toBeGreaterThan(10);
    expect(connection.state).toBe('rerouted');
    expect(lab.heard).toEqual(['rerouted chat egress-changed']);
  });
});

describe('a lost carrier', () => {
  // Reached by the other link, under its own address: the verdict knows nothing of the router's host route.
  async function withWayRound(lab: ReroutedLab): Promise<void> {
    const { client, router } = lab.lab.net;
    await client.sysctl('net.ipv4.conf.eth0.ignore_routes_with_linkdown', 1);
    await router.ip('route add 198.51.100.1 via 192.0.2.1 dev wlan0');
    await lab.plugInEthernet();
  }

  it('closes nothing that has shown since that it works', async () => {
    await using lab = await ReroutedLab.create({ policy: { 'carrier-lost': { graceMs: 400 } } });
    await withWayRound(lab);
    const { talker, connection, isClosed } = await lab.track('chat');
    const idle = await lab.track('idle');
    await carrierLost(lab.lab.net.ethernet.a);
    await waitFor(() => connection.state === 'suspect', { what: 'the carrier to be missed' });
    expect(await talker.isAlive()).toBe(true);
    await waitFor(() => idle.isClosed(), { what: 'the one that says nothing to be closed' });
    expect(isClosed()).toBe(false);
    expect(connection).toMatchObject({ state: 'routable', verdict: { reason: 'carrier-lost' } });
    expect(lab.heard).toContain('recovered chat');
    expect(await talker.isAlive()).toBe(true);
  });

  it('that is only told of becomes stalled once a connection is stuck', async () => {
    await using lab = await ReroutedLab.create({ policy: { 'carrier-lost': { action: 'signal' } } });
    await lab.plugInEthernet();
    const { talker } = await lab.track('chat');
    await carrierLost(lab.lab.net.ethernet.a);
    await waitFor(() => lab.heard.includes('suspect chat carrier-lost'), {
      what: 'the carrier to be missed',
    });
    talker.send(10);
    await waitFor(isStalled(lab.heard, 'chat'), { what: 'it to be closed', timeoutMs: 10_000 });
    // Told again when the gateway is missed as well.
    expect(new Set(lab.heard)).toEqual(new Set(['suspect chat carrier-lost', 'invalidated chat stalled']));
  });
});

describe('a gateway that does not answer', () => {
  const gateway = '192.0.2.254';
  const giveUp = (lab: ReroutedLab): Promise<void> =>
    lab.lab.ip([
      `neigh replace ${gateway} dev wlan0 lladdr 02:00:00:00:00:fe nud reachable extern_learn`,
      `neigh replace ${gateway} dev wlan0 nud failed extern_learn`,
    ]);

  it.each(['signal', 'invalidate'] as const)(
    'closes nothing that shows that it works (%s)',
    async (action) => {
      await using lab = await ReroutedLab.create({
        policy: { 'gateway-unreachable': { action, graceMs: 400 } },
      });
      // What bears the mark leaves by another gateway than the mirror, which cannot know of marks, takes it to.
      await lab.lab.ip([
        'rule add pref 10 fwmark 7 lookup 100',
        'route add default via 198.51.100.254 table 100',
      ]);
      const { talker, connection } = await lab.track('chat', 'v4', { mark: 7 });
      await giveUp(lab);
      expect(connection.state).toBe('suspect');
      expect(await talker.isAlive()).toBe(true);
      await waitFor(() => connection.state === 'routable', { what: 'it to be believed' });
      expect(lab.heard).toEqual(['suspect chat gateway-unreachable', 'recovered chat']);
      expect(await talker.isAlive()).toBe(true);
    },
  );

  it('becomes stalled once a connection is stuck', async () => {
    await using lab = await ReroutedLab.create();
    const { talker, connection } = await lab.track('chat');
    const idle = await lab.track('idle');
    await addressRemoved(lab.lab.net.wifi.b, { family: 4 });
    await giveUp(lab);
    talker.send(10);
    await waitFor(isStalled(lab.heard, 'chat'), { what: 'it to be closed', timeoutMs: 15_000 });
    expect(connection.state).toBe('invalidated');
    expect(idle.connection.state).toBe('suspect');
  });
});

it('a hundred connections under suspicion share what is asked, and none is asked about once all is well', async () => {
  await using lab = await ReroutedLab.create();
  const { talker } = await lab.track('chat');
  const { local, remote } = talker;
  for (let n = 0; n < 100; n++) lab.registry.track({ local, remote }, { label: `same ${n}` });
  const asked: number[] = [];
  const { monitor } = lab.lab;
  const diagnoseFlows = monitor.diagnoseFlows.bind(monitor);
  monitor.diagnoseFlows = (flows) => {
    asked.push(flows.length);
    return diagnoseFlows(flows);
  };
  await delay(600);
  expect(asked).toEqual([]);
  await lab.plugInEthernet();
  await waitFor(() => asked.length >= 3, { what: 'three looks' });
  expect(asked).toEqual([101, 101, 101]);
  expect(await talker.isAlive()).toBe(true);
  const looks = await waitFor(
    async () => {
      const before = asked.length;
      await delay(1200);
      return asked.length === before ? before : 0;
    },
    { what: 'the watch to end', timeoutMs: 15_000 },
  );
  expect(looks).toBeGreaterThan(3);
  expect(lab.heard.every((line) => line.startsWith('rerouted'))).toBe(true);
});
