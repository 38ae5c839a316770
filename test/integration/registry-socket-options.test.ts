import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionRegistry, NetworkMonitor } from '../../main/index.js';
import { Agent } from '../fixtures/agent.js';
import { type LabServer, type TwoLinkLab, twoLinkLab } from '../lab/index.js';

// What a registry asks a socket's descriptor, and tells it.

let net: TwoLinkLab;
let echo: LabServer;
beforeAll(async () => {
  net = await twoLinkLab();
  echo = await net.server.tcpEcho();
});
afterAll(() => net?.close());

const server = () => ({ address: net.addresses.server.v4, port: echo.port });

describe('a socket that is bound to a link', () => {
  it('has it in its flow, and is judged by it', async () => {
    await using agent = await Agent.startWithSocket(net.client, server(), { device: 'wlan0' });
    agent.tell({ do: 'adopt', id: 'chat' });
    const { flow, state } = await agent.next('chat', 'tracked');
    const [ifindex] = /^\d+/.exec(await net.client.ip('link show dev wlan0', { flags: ['-oneline'] })) ?? [];
    expect(flow).toMatchObject({ local: { address: net.addresses.wifi.v4 }, oif: Number(ifindex) });
    expect(state).toBe('routable');
    // Another from the same address goes along when a better default comes up on the other link.
    await net.client.ip('route del default dev eth0', { family: 4 });
    const { wifi } = net.addresses;
    const { address: host, port } = server();
    await agent.connect({ id: 'unbound', host, port, localAddress: wifi.v4 });
    await net.client.ip('route add default via 198.51.100.254 dev eth0 metric 100', { family: 4 });
    await agent.next('unbound', 'rerouted');
    expect(agent.story('chat')).toEqual(['tracked']);
  });

  it('is not taken for bound where it is not', async () => {
    await using agent = await Agent.startWithSocket(net.client, server(), {});
    agent.tell({ do: 'adopt', id: 'chat' });
    expect((await agent.next('chat', 'tracked')).flow).toMatchObject({ oif: null });
  });
});

describe('userTimeoutMs', () => {
  it.each([false, true])('has the kernel close what is not acknowledged in time (TLS: %s)', async (tls) => {
    await using peer = await Agent.start(net.server);
    await using agent = await Agent.start(net.client);
    const port = await peer.listen('server', tls);
    const target = { host: net.addresses.server.v4, port, tls };
    await agent.connect({ id: 'hasty', ...target, userTimeoutMs: 700 });
    await agent.connect({ id: 'patient', ...target, track: 'connected' });
    await net.router.ip('route add blackhole 203.0.113.1');
    for (const id of ['hasty', 'patient']) agent.tell({ do: 'send', id });
    const closed = await agent.next('hasty', 'closed');
    await net.router.ip('route del blackhole 203.0.113.1');
    expect(closed).toMatchObject({ hadError: true, errored: 'ETIMEDOUT' });
    expect(agent.story('patient')).not.toContain('closed');
    expect(agent.story('hasty')).not.toContain('invalidated');
  });

  it('is set on a socket that has connected already, too', async () => {
    await using agent = await Agent.start(net.client);
    await agent.connect({
      id: 'chat',
      host: net.addresses.server.v4,
      port: echo.port,
      track: 'connected',
      userTimeoutMs: 700,
    });
    await net.router.ip('route add blackhole 203.0.113.1');
    agent.tell({ do: 'send', id: 'chat' });
    const closed = await agent.next('chat', 'closed');
    await net.router.ip('route del blackhole 203.0.113.1');
    expect(closed).toMatchObject({ errored: 'ETIMEDOUT' });
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31, '1000'])(
    'is refused by name where it cannot be: %s',
    async (value) => {
      await using monitor = await NetworkMonitor.start();
      using registry = new ConnectionRegistry(monitor);
      const socket = new Socket();
      const track = () => registry.track(socket, { userTimeoutMs: value as number });
      expect(track).toThrow(
        expect.objectContaining({
          code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
          message: expect.stringContaining('userTimeoutMs'),
        }),
      );
      expect(registry.connections()).toEqual([]);
      socket.destroy();
    },
  );

  it('harms nothing where the descriptor is not to be seen', async () => {
    await using monitor = await NetworkMonitor.start();
    using registry = new ConnectionRegistry(monitor);
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    const socket = connect({
      host: '127.0.0.1',
      port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    });
    await once(socket, 'connect');
    const { _handle: handle } = socket as unknown as { _handle: object };
    Object.defineProperty(handle, 'fd', { value: -1 });
    const connection = registry.track(socket, { userTimeoutMs: 1000 });
    expect(connection).toMatchObject({ state: 'routable', flow: { oif: null } });
    socket.destroy();
    listener.close();
  });
});
