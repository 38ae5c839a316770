import { describe, expect, it } from 'vitest';
import { NetworkMonitor } from '../../main/index.js';
import {
  fail,
  failed,
  gateways,
  known,
  labWithOneDefault,
  probeFast,
  reachability,
  wifiGateways,
} from '../fixtures/failed-gateways.js';
import { agreed, bothAgreed, monitoredLab, recordEvents, WatchedEnds } from '../fixtures/monitored-lab.js';
import { addressRemoved, linkDown, waitFor } from '../lab/index.js';

// docs/verdicts.md, row 7: the kernel has given up finding a gateway (docs/kernel.md 39). Set by hand with `ip neigh`, or for real:
// the gateway loses its address and answers no probe any more.

describe('a flow whose gateway the kernel has given up', () => {
  it('is unroutable (gateway-unreachable), and routable once the gateway is found', async () => {
    await using lab = await labWithOneDefault();
    const { flows, answers } = lab.watchBoth('ethernet');
    await fail(lab);
    expect(answers()).toEqual(bothAgreed('unroutable gateway-unreachable'));
    expect(flows.map(({ verdict }) => verdict.path)).toMatchObject(
      gateways.map((gateway) => ({ link: 'eth0', gateway, gatewayReachable: false })),
    );
    await lab.ip(gateways.map((gateway) => known(gateway, 'eth0')));
    expect(answers()).toEqual(bothAgreed('routable'));
    expect(flows.every(({ verdict }) => verdict.path?.gatewayReachable)).toBe(true);
  });

  it('is routable when the kernel drops the entry', async () => {
    await using lab = await labWithOneDefault();
    const { answers } = lab.watchBoth('ethernet');
    await fail(lab);
    expect(answers()).toEqual(bothAgreed('unroutable gateway-unreachable'));
    await lab.ip(gateways.map((gateway) => `neigh del ${gateway} dev eth0`));
    expect(answers()).toEqual(bothAgreed('routable'));
    expect(lab.monitor.stats.failedNeighbours).toBe(0);
  });

  it('stays unroutable while the kernel tries anew', async () => {
    await using lab = await labWithOneDefault();
    const { net } = lab;
    const { flows, answers } = lab.watchBoth('ethernet');
    await fail(lab);
    for (const family of ['ipv4', 'ipv6']) {
      await net.client.sysctl(`net.${family}.neigh.eth0.retrans_time_ms`, 60_000);
    }
    // Nobody answers the probe that this starts: the gateway's end is deaf.
    await addressRemoved(net.ethernet.b);
    for (const address of [net.addresses.server.v4, net.addresses.server.v6]) {
      await net.client.reach(address, 9, { timeoutMs: 1 });
    }
    expect((await net.client.ip('neigh show dev eth0')).match(/INCOMPLETE/g)).toHaveLength(2);
    await lab.settled();
    expect(answers()).toEqual(bothAgreed('unroutable gateway-unreachable'));
    expect(flows.flatMap(({ told }) => told)).toHaveLength(2);
  });

  it('names an earlier reason first: the link, the source, the route', async () => {
    await using lab = await monitoredLab();
    const { answers } = lab.watchBoth('ethernet');
    await fail(lab);
    await lab.ip(gateways.map((gateway) => `route del default via ${gateway}`));
    expect(answers()).toEqual(bothAgreed('unroutable gateway-removed'));
    await linkDown(lab.net.ethernet.a);
    await lab.settled();
    expect(answers()).toEqual(bothAgreed('unroutable link-down'));
  });

  it('is found by an audit where no message told: an entry that was made as failed', async () => {
    await using lab = await labWithOneDefault();
    const { flows, answers } = lab.watchBoth('ethernet');
    await lab.ip(gateways.map((gateway) => failed(gateway, 'eth0')));
    lab.monitor.audit();
    await waitFor(() => flows.every(({ told }) => told.length > 0), { what: 'the audit' });
    expect(answers()).toEqual(bothAgreed('unroutable gateway-unreachable'));
  });
});

describe('a gateway that does not answer', () => {
  it.each([0, 1] as const)('makes a connection suspect, and leaves it open (family %i)', async (index) => {
    await using lab = await labWithOneDefault();
    const { client, ethernet, addresses } = lab.net;
    const version = index === 0 ? 'v4' : 'v6';
    const echo = await lab.net.server.tcpEcho();
    expect(await client.reach(addresses.server[version], echo.port)).toBe(addresses.ethernet[version]);
    const registry = lab.registry();
    const heard = recordEvents(registry);
    const { local, remote } = lab.toServer('ethernet', version);
    const ends = { local: { address: local, port: 0 }, remote: { address: remote, port: 0 } };
    const connection = registry.track(ends, { label: version });
    await probeFast(client, 'eth0');
    const undo = await addressRemoved(ethernet.b);
    await client.ip(`neigh flush dev eth0`);
    const attempt = () => client.reach(addresses.server[version], echo.port, { timeoutMs: 200 });
    await waitFor(async () => (await attempt()) === undefined && connection.state === 'suspect', {
      what: 'the doubt',
    });
    expect(heard).toContain(`suspect ${version} gateway-unreachable`);
    await undo();
    await waitFor(async () => (await attempt()) !== undefined && connection.state === 'routable', {
      what: 'the gateway to be found again',
    });
    await lab.settled();
    expect(heard.at(-1)).toBe(`recovered ${version}`);
    expect(heard.filter((line) => line.startsWith('invalidated'))).toEqual([]);
  });

  it('is told once, whatever way leads to it', async () => {
    await using lab = await labWithOneDefault();
    const registry = lab.registry();
    const heard = recordEvents(registry);
    const { local, remote } = lab.toServer('ethernet', 'v4');
    const ends = { local: { address: local, port: 0 }, remote: { address: remote, port: 0 } };
    const { verdict: before } = registry.track(ends, { label: 'v4' });
    await fail(lab);
    await lab.ip(`route add default via ${gateways[0]} dev eth0 table 77`);
    await lab.ip('rule add priority 100 lookup 77');
    const [connection] = registry.connections();
    await waitFor(() => connection?.verdict?.path?.table === 77, { what: 'the other way to the gateway' });
    expect(before?.path?.table).toBe(254);
    expect(heard).toEqual(['suspect v4 gateway-unreachable']);
  });

  it('closes the connection where the policy says so, once the kernel agrees', async () => {
    await using lab = await labWithOneDefault();
    const registry = lab.registry({
      policy: { 'gateway-unreachable': { action: 'invalidate', graceMs: 0 } },
    });
    const heard = recordEvents(registry);
    for (const version of ['v4', 'v6'] as const) {
      const { local, remote } = lab.toServer('ethernet', version);
      const ends = { local: { address: local, port: 0 }, remote: { address: remote, port: 0 } };
      registry.track(ends, { label: version });
    }
    await fail(lab);
    await waitFor(() => registry.connections().length === 0, { what: 'both to be closed' });
    expect(heard.filter((line) => line.startsWith('invalidated')).sort()).toEqual([
      'invalidated v4 gateway-unreachable',
      'invalidated v6 gateway-unreachable',
    ]);
  });
});

describe('a flow that is left alone', () => {
  it('was registered when its gateway had failed already; another gateway is another matter', async () => {
    await using lab = await labWithOneDefault();
    await fail(lab);
    const { flows, answers } = lab.watchBoth('ethernet');
    expect(answers()).toEqual(bothAgreed('routable'));
    expect(flows.map(({ verdict }) => verdict.path?.gatewayReachable)).toEqual([false, false]);
    const others = ['198.51.100.253', '2001:db8:2::fd'];
    await lab.ipBoth((i) => `route replace default via ${others[i]} dev eth0 metric 100`);
    await fail(lab, others);
    // The kernel does not say that a route was replaced in place: it takes the first gateway for removed.
    expect(answers()).toMatchObject([
      { told: 'unroutable gateway-unreachable', mirror: 'unroutable gateway-unreachable' },
      { told: 'unroutable gateway-unreachable', mirror: 'unroutable gateway-unreachable' },
    ]);
  });

  it('speaks to a neighbour on the link that does not answer: whether a peer lives is for its protocol to say', async () => {
    await using lab = await monitoredLab();
    const { ethernet } = lab.net.addresses;
    const peers = ['198.51.100.7', '2001:db8:2::7'] as const;
    const flows = [
      lab.watch({ local: ethernet.v4, remote: peers[0] }),
      lab.watch({ local: ethernet.v6, remote: peers[1] }),
    ];
    await fail(lab, peers);
    expect(lab.monitor.stats.failedNeighbours).toBe(2);
    expect(flows.map((flow) => flow.answers())).toEqual(bothAgreed('routable'));
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
  });

  it('leaves by another gateway', async () => {
    await using lab = await monitoredLab();
    const { flows, answers } = lab.watchBoth('ethernet');
    await fail(lab, wifiGateways, 'wlan0');
    expect(flows.flatMap(({ told }) => told)).toEqual([]);
    expect(answers()).toEqual(bothAgreed('routable'));
  });

  it('has several gateways on its link, of which one is left', async () => {
    await using lab = await labWithOneDefault();
    await lab.ip([
      'route replace default metric 100 nexthop via 198.51.100.254 dev eth0 nexthop via 198.51.100.253 dev eth0',
    ]);
    const flow = lab.watch(lab.toServer('ethernet', 'v4'));
    await fail(lab, ['198.51.100.254']);
    expect(flow.told).not.toContain('unroutable gateway-unreachable');
    await fail(lab, ['198.51.100.253']);
    expect(flow.answers()).toEqual(agreed('unroutable gateway-unreachable'));
  });
});

describe('the default paths', () => {
  it('say whether their gateway can be reached: a change, and the same generation', async () => {
    await using lab = await labWithOneDefault();
    const { monitor } = lab;
    const said: object[] = [];
    monitor.on('change', ({ summary, families, reachabilityFamilies, generationChanged }) => {
      said.push({ summary, families, reachabilityFamilies, generationChanged });
    });
    monitor.on('gateway', () => said.push({ event: 'gateway' }));
    const { generation, status } = monitor.state;
    await lab.ip(known(gateways[0], 'eth0'));
    await lab.ip(failed(gateways[0], 'eth0'));
    expect(reachability(lab)).toEqual([false, true]);
    await lab.ip(known(gateways[0], 'eth0'));
    expect(reachability(lab)).toEqual([true, true]);
    const path = 'eth0 via 198.51.100.254';
    const same = { families: [], reachabilityFamilies: [4], generationChanged: false };
    expect(said).toEqual([
      { ...same, summary: `IPv4 default ${path} -> ${path} (unreachable)` },
      { ...same, summary: `IPv4 default ${path} (unreachable) -> ${path}` },
    ]);
    expect(monitor.state).toMatchObject({ generation, status });
  });

  it('say so from the start', async () => {
    await using lab = await labWithOneDefault();
    await fail(lab);
    await using late = await NetworkMonitor.start({ netns: lab.net.client.netns });
    expect(late.state.defaultPaths[4]).toMatchObject({ gateway: gateways[0], gatewayReachable: false });
    expect(late.state.defaultPaths[6]).toMatchObject({ gateway: gateways[1], gatewayReachable: false });
    // What it saw first is how things are: an old acquaintance excuses nothing, a new flow is excused.
    const flow = new WatchedEnds(late, lab.toServer('ethernet', 'v4'));
    expect(flow.answers()).toEqual(agreed('routable'));
  });

  it('of a link that went down and came back have another chance', async () => {
    await using lab = await labWithOneDefault();
    await fail(lab);
    const undo = await linkDown(lab.net.ethernet.a);
    await undo();
    await lab.settled();
    expect(reachability(lab)).toEqual([true, true]);
    expect(lab.monitor.stats.failedNeighbours).toBe(0);
  });
});

it('a scan of a subnet, all of it in vain, causes no batch and touches no flow', async () => {
  await using lab = await monitoredLab();
  const { client } = lab.net;
  lab.watchBoth('ethernet');
  await probeFast(client, 'eth0');
  await lab.settled();
  const batches: unknown[] = [];
  lab.monitor.on('batch', (batch) => batches.push(batch));
  const { flowChecks } = lab.monitor.stats;
  await client.exec(process.execPath, [
    '-e',
    `const socket = require('node:dgram').createSocket('udp4');
     for (let host = 2; host < 254; host++) socket.send('', 9, '198.51.100.' + host);
     setTimeout(() => socket.close(), 100);`,
  ]);
  await waitFor(() => lab.monitor.stats.failedNeighbours >= 200, { what: 'the scan to have failed' });
  expect(batches).toEqual([]);
  expect(lab.monitor.stats.flowChecks).toBe(flowChecks);
  expect(reachability(lab)).toEqual([true, true]);
});

it('of very many that failed, the latest are kept, and a gateway among them counts', async () => {
  await using lab = await monitoredLab();
  const { monitor } = lab;
  const batches: unknown[] = [];
  await lab.settled();
  monitor.on('batch', (batch) => batches.push(batch));
  const addresses = Array.from({ length: 5000 }, (_, n) => `10.9.${n >> 8}.${n & 255}`);
  await lab.net.client.ip([
    ...addresses.map((address) => known(address, 'eth0')),
    ...addresses.map((address) => failed(address, 'eth0')),
  ]);
  await waitFor(() => monitor.stats.messages >= 2 * addresses.length, { what: 'all to have been heard of' });
  expect(batches).toEqual([]);
  expect(monitor.stats.failedNeighbours).toBe(4096);
  await fail(lab, [gateways[0]]);
  expect(reachability(lab)).toEqual([false, true]);
  await lab.ip(addresses.map((address) => `neigh del ${address} dev eth0`));
  expect(monitor.stats.failedNeighbours).toBe(1);
});
