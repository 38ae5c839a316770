import { describe, expect, it } from 'vitest';
import { bridgeToBus, type RouteChange, SystemBus } from '../../main/index.js';
import { Agent } from '../fixtures/agent.js';
import { type MonitoredLab, monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import { expectSameRoutes } from '../fixtures/route-lists.js';
import {
  addressRemoved,
  allDefaultsRemoved,
  bestDefaultRemoved,
  carrierLost,
  linkDeleted,
  linkDown,
  type Undo,
  waitFor,
} from '../lab/index.js';

// What libwebsockets' document on routing awareness promises, statement by statement. S12 comes with the portal
// detector.

/** Tracks a flow of each family over Ethernet, closing at once, and writes down what is said of them. */
function trackBoth(lab: MonitoredLab, to: 'server' | 'ethernetGateway' = 'server'): string[] {
  const reasons = ['link-down', 'carrier-lost', 'source-removed', 'no-route', 'gateway-removed'] as const;
  const registry = lab.registry({
    policy: Object.fromEntries(reasons.map((reason) => [reason, { graceMs: 0 }])),
  });
  for (const version of ['v4', 'v6'] as const) {
    const { ethernet, [to]: remote } = lab.net.addresses;
    registry.track(
      {
        local: { address: ethernet[version], port: 40_000 },
        remote: { address: remote[version], port: 443 },
      },
      { label: version },
    );
  }
  return recordEvents(registry);
}

describe('S1: a POSIX socket stays "connected" when its peer has no route any more; we must know at once', () => {
  it('within a second, while the socket itself still says nothing', async () => {
    await using lab = await monitoredLab();
    await using agent = await Agent.start(lab.net.client);
    const { port } = await lab.net.server.tcpEcho();
    const host = lab.net.addresses.server.v4;
    await agent.connect({ id: 'ours', host, port });
    await agent.connect({ id: 'plain', host, port, track: 'never' });
    const before = performance.now();
    await lab.net.client.ip('link set eth0 down');
    await agent.next('ours', 'closed');
    expect(performance.now() - before).toBeLessThan(1000);
    expect(agent.story('ours')).toContain('invalidated');
    expect(agent.story('plain')).toEqual(['connected']);
  });
});

describe('S2: the library knows dynamically how the routing table relates to its existing connections', () => {
  it('each connection has its path, and a new one when the routing changes', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    const { local, remote } = lab.toServer('ethernet', 'v4');
    const connection = registry.track({
      local: { address: local, port: 1 },
      remote: { address: remote, port: 443 },
    });
    expect(connection.verdict?.path).toMatchObject({ link: 'eth0', gateway: '198.51.100.254' });
    await lab.ip('route add 203.0.113.0/24 via 192.0.2.254');
    expect(connection.verdict).toMatchObject({
      kind: 'rerouted',
      path: { link: 'wlan0', gateway: '192.0.2.254' },
    });
  });
});

describe('S3: it takes a copy of the routing table at start through netlink, and modifies it with the messages from then on', () => {
  const expectEqual = ({ monitor, net }: MonitoredLab) => expectSameRoutes(monitor, net.client);

  it('the copy equals the kernel after the start and after each change', async () => {
    await using lab = await monitoredLab();
    await expectEqual(lab);
    const changes: string[] = [];
    lab.monitor.on('route', ({ kind, route }: RouteChange) => {
      if (route.table === 254) changes.push(`${kind} ${route.dst}`);
    });
    await lab.ip('route add 10.0.0.0/8 via 192.0.2.254');
    await lab.ip('route replace 10.0.0.0/8 via 198.51.100.254');
    await lab.ip('route del 10.0.0.0/8');
    expect(changes).toEqual(['add 10.0.0.0/8', 'change 10.0.0.0/8', 'remove 10.0.0.0/8']);
    await expectEqual(lab);
  });
});

describe('S4: link and interface down are watched too and remove the related routes', () => {
  it.each<readonly [string, (lab: MonitoredLab) => Promise<Undo>]>([
    ['a link that goes down', ({ net }) => linkDown(net.ethernet.a)],
    ['a link that is deleted', ({ net }) => linkDeleted(net.ethernet)],
    ['a link that loses its last address', ({ net }) => addressRemoved(net.ethernet.a, { family: 4 })],
  ])('%s takes its IPv4 routes along, of which the kernel says nothing', async (_, lose) => {
    await using lab = await monitoredLab();
    const oif = await lab.net.ethernet.a.ifindex();
    const removed: string[] = [];
    lab.monitor.on('route', ({ kind, route }) => {
      if (kind === 'remove' && route.family === 4) removed.push(route.dst);
    });
    await lose(lab);
    await lab.settled();
    expect(removed).toContain('0.0.0.0/0');
    expect(removed).toContain('198.51.100.0/24');
    expect([...lab.monitor.routes({ oif, family: 4, table: 254 })]).toEqual([]);
    expect(lab.monitor.state.defaultPaths[4]?.link).toBe('wlan0');
  });
});

describe("S5: server and client connections both keep their peer's address", () => {
  it('a client and a server, each with real sockets', async () => {
    await using lab = await monitoredLab();
    await using server = await Agent.start(lab.net.server);
    await using client = await Agent.start(lab.net.client);
    const port = await server.listen();
    const { ethernet, server: address } = lab.net.addresses;
    for (const version of ['v4', 'v6'] as const) {
      const { flow } = await client.connect({ id: version, host: address[version], port });
      expect(flow).toMatchObject({
        local: { address: ethernet[version] },
        remote: { address: address[version], port },
      });
      const accepted = await server.next(version === 'v4' ? 'server 1' : 'server 2', 'tracked');
      expect(accepted).toMatchObject({
        state: 'routable',
        flow: { local: { address: address[version], port }, remote: flow?.local },
      });
    }
  });
});

describe('S6: whenever the routing table changes, all active connections are checked against it', () => {
  it('a change for all of them is heard by all of them', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    const { local } = lab.toServer('ethernet', 'v4');
    const connections = Array.from({ length: 50 }, (_, n) =>
      registry.track({
        local: { address: local, port: 1 },
        remote: { address: `203.0.113.${n + 1}`, port: 443 },
      }),
    );
    await lab.ip('route add default via 192.0.2.254 dev wlan0 metric 50');
    expect(new Set(connections.map(({ state }) => state))).toEqual(new Set(['rerouted']));
    await lab.ip('route add unreachable 203.0.113.32/27');
    expect(connections.filter(({ state }) => state === 'suspect')).toHaveLength(19);
  });
});

describe('S7: no net route matching the peer and no gateway: the connection is invalidated and closed', () => {
  it('when all default routes go', async () => {
    await using lab = await monitoredLab();
    await lab.ip(['route del default metric 600', 'route del default via 2001:db8:1::fe']);
    const heard = trackBoth(lab);
    await allDefaultsRemoved(lab.net.client);
    await lab.settled();
    expect(heard.sort()).toEqual([
      'invalidated v4 no-route',
      'invalidated v6 no-route',
      'suspect v4 no-route',
      'suspect v6 no-route',
    ]);
  });
});

describe('S8: the highest-priority gateway route is removed: connections without a net route match are invalidated', () => {
  it('although a worse gateway remains; those with one stay', async () => {
    await using lab = await monitoredLab();
    await lab.ip([
      'route add 10.9.0.0/16 via 198.51.100.254',
      'route add 2001:db8:9::/48 via 2001:db8:2::fe',
    ]);
    const heard = trackBoth(lab);
    const withNetRoute = [
      lab.watch({ local: '198.51.100.1', remote: '10.9.0.1' }),
      lab.watch({ local: '2001:db8:2::1', remote: '2001:db8:9::1' }),
    ];
    await bestDefaultRemoved(lab.net.client);
    await lab.settled();
    expect(heard.sort()).toEqual([
      'invalidated v4 gateway-removed',
      'invalidated v6 gateway-removed',
      'suspect v4 gateway-removed',
      'suspect v6 gateway-removed',
    ]);
    expect(withNetRoute.flatMap(({ told }) => told)).toEqual([]);
    expect(lab.monitor.state.defaultPaths).toMatchObject({ 4: { link: 'wlan0' }, 6: { link: 'wlan0' } });
  });
});

describe('S9: connections with an unaffected, matching net route, such as 127.0.0.0/8, are left alone', () => {
  it('to the local network, when every default goes', async () => {
    await using lab = await monitoredLab();
    const heard = trackBoth(lab, 'ethernetGateway');
    await allDefaultsRemoved(lab.net.client);
    await lab.settled();
    expect(heard).toEqual([]);
  });

  it('to the host itself, whatever goes', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: { 'link-down': { graceMs: 0 }, 'no-route': { graceMs: 0 } } });
    const heard = recordEvents(registry);
    for (const address of ['127.0.0.1', '127.9.9.9', '::1']) {
      registry.track({ local: { address, port: 1 }, remote: { address, port: 2 } });
    }
    await carrierLost(lab.net.wifi.a);
    await allDefaultsRemoved(lab.net.client);
    await linkDown(lab.net.ethernet.a);
    await linkDeleted(lab.net.wifi);
    await lab.settled();
    expect(heard).toEqual([]);
  });
});

/** Runs `ip` commands one after the other, each once the messages of the one before are there; gives what each said. */
async function busMessages(lab: MonitoredLab, commands: readonly string[]): Promise<string[][]> {
  const bus = new SystemBus();
  using _ = bridgeToBus(bus, { monitor: lab.monitor });
  let heard: string[] = [];
  bus.subscribe('network', (message) => heard.push(JSON.stringify(message)));
  const said: string[][] = [];
  for (const command of commands) {
    heard = [];
    await lab.net.client.ip(command);
    await waitFor(() => heard.some((message) => message.startsWith('{"rt":')), {
      what: `news of ${command}`,
    });
    said.push(heard);
  }
  return said;
}

describe('S10: on any route change a NETWORK message {"rt":"add"} or {"rt":"del"} goes out on the bus', () => {
  it('for a route of either family, wherever it leads', async () => {
    await using lab = await monitoredLab();
    const said = await busMessages(lab, [
      'route add blackhole 10.0.0.0/8',
      'route del blackhole 10.0.0.0/8',
      'route add 2001:db8:77::/48 dev eth0',
      'route del 2001:db8:77::/48 dev eth0',
      'route add 10.1.0.0/16 dev eth0 table 100',
    ]);
    expect(said).toEqual([
      ['{"rt":"add"}'],
      ['{"rt":"del"}'],
      ['{"rt":"add"}'],
      ['{"rt":"del"}'],
      ['{"rt":"add"}'],
    ]);
  });
});

describe('S11: on any route change that involves a gateway, {"trigger":"cpdcheck","src":"gw-change"} goes out', () => {
  it('after the message about the route', async () => {
    await using lab = await monitoredLab();
    const trigger = '{"trigger":"cpdcheck","src":"gw-change"}';
    const said = await busMessages(lab, [
      'route add 10.0.0.0/8 via 192.0.2.254',
      'route del 10.0.0.0/8',
      'route add default via 2001:db8:1::fe dev wlan0 metric 1',
      'route del default via 2001:db8:1::fe dev wlan0 metric 1',
    ]);
    expect(said).toEqual([
      ['{"rt":"add"}', trigger],
      ['{"rt":"del"}', trigger],
      ['{"rt":"add"}', trigger],
      ['{"rt":"del"}', trigger],
    ]);
  });
});
