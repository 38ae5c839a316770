import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent } from '../fixtures/agent.js';
import { type LabServer, linkDown, type TwoLinkLab, twoLinkLab } from '../lab/index.js';

// Real sockets of a real process in the lab's client (fixtures/programs/agent.ts).

let net: TwoLinkLab;
let echo: LabServer;
beforeAll(async () => {
  net = await twoLinkLab();
  echo = await net.server.tcpEcho();
});
afterAll(() => net?.close());

/** The server as the client sees it. */
const server = () => ({ host: net.addresses.server.v4, port: echo.port });

describe('a tracked socket whose link goes down', () => {
  it.each([false, true])('is destroyed with an UnroutableError that tells why (TLS: %s)', async (tls) => {
    await using peer = await Agent.start(net.server);
    await using agent = await Agent.start(net.client);
    const port = await peer.listen('server', tls);
    await agent.connect({ id: 'chat', ...server(), port, tls });
    const undo = await linkDown(net.ethernet.a);
    const error = await agent.next('chat', 'error');
    await undo();
    expect(error).toMatchObject({
      code: 'ERR_ROAMKIT_UNROUTABLE',
      isUnroutableError: true,
      isRoamkitError: true,
      isError: true,
      reason: 'link-down',
      link: 'eth0',
      verdict: { kind: 'unroutable', reason: 'link-down', certain: true },
    });
    await agent.next('chat', 'closed');
    const story = agent.story('chat').filter((is) => is !== 'untracked');
    expect(story).toEqual(['tracked', 'connected', 'suspect', 'invalidated', 'error', 'closed']);
    expect(await agent.count()).toEqual({ flows: 0, tracked: 0 });
  });

  it('does not take the process down where nobody listens for errors', async () => {
    await using agent = await Agent.start(net.client);
    await agent.connect({ id: 'chat', ...server(), hasErrorListener: false });
    const undo = await linkDown(net.ethernet.a);
    const closed = await agent.next('chat', 'closed');
    await undo();
    expect(closed).toMatchObject({ hadError: true, errored: 'ERR_ROAMKIT_UNROUTABLE' });
    expect(await agent.count()).toEqual({ flows: 0, tracked: 0 });
  });

  it('is left alone once untracked', async () => {
    await using agent = await Agent.start(net.client);
    await agent.connect({ id: 'left', ...server() });
    await agent.connect({ id: 'kept', ...server() });
    agent.tell({ do: 'untrack', id: 'left' });
    await agent.next('left', 'untracked');
    const undo = await linkDown(net.ethernet.a);
    await agent.next('kept', 'closed');
    await undo();
    expect(agent.story('left')).toEqual(['tracked', 'connected', 'untracked']);
  });
});

describe('a socket', () => {
  it('that is tracked while it connects is pending until it has connected', async () => {
    await using agent = await Agent.start(net.client);
    agent.tell({ do: 'connect', id: 'chat', ...server() });
    expect(await agent.next('chat', 'tracked')).toMatchObject({ state: 'pending', flow: null });
    expect(await agent.next('chat', 'connected')).toMatchObject({
      state: 'routable',
      flow: {
        protocol: 'tcp',
        local: { address: net.addresses.ethernet.v4 },
        remote: { address: server().host, port: echo.port },
      },
    });
  });

  it('that fails to connect is tracked no more', async () => {
    await using agent = await Agent.start(net.client);
    agent.tell({ do: 'connect', id: 'refused', host: net.addresses.server.v4, port: 1 });
    expect(await agent.next('refused', 'error')).toMatchObject({ code: 'ECONNREFUSED' });
    await agent.next('refused', 'closed');
    expect(await agent.count()).toEqual({ flows: 0, tracked: 0 });
  });

  it.each(['destroy', 'end'] as const)(
    'that its application closes (%s) leaves no flow behind',
    async (how) => {
      await using agent = await Agent.start(net.client);
      await agent.connect({ id: 'short', ...server() });
      await agent.connect({ id: 'long', ...server() });
      expect(await agent.count()).toEqual({ flows: 2, tracked: 2 });
      agent.tell({ do: how, id: 'short' });
      await agent.next('short', 'closed');
      expect(await agent.count()).toEqual({ flows: 1, tracked: 1 });
    },
  );

  it('that its peer resets leaves no flow behind', async () => {
    await using agent = await Agent.start(net.client);
    await using doomed = await net.server.tcpEcho();
    await agent.connect({ id: 'chat', ...server(), port: doomed.port });
    await doomed.close();
    await agent.next('chat', 'closed');
    expect(await agent.count()).toEqual({ flows: 0, tracked: 0 });
  });

  it('that connects when its monitor is closed already does not take the process down', async () => {
    await using agent = await Agent.start(net.client);
    agent.tell({ do: 'connect', id: 'chat', ...server(), resolveAfterLine: true });
    await agent.next('chat', 'resolving');
    agent.tell({ do: 'close monitor' });
    await agent.next('monitor', 'closed');
    agent.tell({ do: 'resolve' });
    await agent.next('chat', 'connected');
    expect(agent.story('process')).toEqual([]);
  });

  it('is not condemned for what the network lost before it knew where to connect to', async () => {
    await using agent = await Agent.start(net.client);
    agent.tell({ do: 'connect', id: 'slow', ...server(), graceMs: 0, resolveAfterLine: true });
    await agent.next('slow', 'resolving');
    // Another router on the same network takes over while the name is looked up: its address is the router's second.
    await net.router.ip('addr add 198.51.100.253/24 dev eth0');
    await net.client.ip([
      'route del default via 198.51.100.254 dev eth0 metric 100',
      'route add default via 198.51.100.253 dev eth0 metric 90',
    ]);
    agent.tell({ do: 'resolve' });
    await agent.next('slow', 'connected');
    await agent.count();
    expect(agent.story('slow')).not.toContain('suspect');
    await net.client.ip([
      'route del default metric 90',
      'route add default via 198.51.100.254 dev eth0 metric 100',
    ]);
  });

  it('is known by its IPv4 address where its peer or itself is mapped into IPv6', async () => {
    await using peer = await Agent.start(net.server);
    await using agent = await Agent.start(net.client);
    const port = await peer.listen();
    await agent.connect({ id: 'chat', ...server(), port });
    // A dual-stack server sees ::ffff:198.51.100.1.
    const { flow } = await peer.next('server 1', 'tracked');
    expect(flow).toMatchObject({
      local: { address: net.addresses.server.v4, port },
      remote: { address: net.addresses.ethernet.v4 },
    });
  });
});
