import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Agent } from '../fixtures/agent.js';
import { monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import { carrierLost, type LabServer, type TwoLinkLab, twoLinkLab, waitFor } from '../lab/index.js';

// Peers that must show that they live (docs/connections.md): real sockets to a server that can be stopped, whose kernel goes on
// acknowledging.

const SOON = { pingAfterMs: 200, hangupAfterMs: 500 };
const NEVER = { pingAfterMs: 3_600_000, hangupAfterMs: 7_200_000 };

let net: TwoLinkLab;
let echo: LabServer;
beforeAll(async () => {
  net = await twoLinkLab();
});
beforeEach(async () => {
  await echo?.close();
  echo = await net.server.tcpEcho();
});
afterAll(() => net?.close());

const server = () => ({ host: net.addresses.server.v4, port: echo.port });

/** How often a socket's peer was pinged so far. */
function pings(agent: Agent, id: string): number {
  return agent.story(id).filter((is) => is === 'pinged').length;
}

describe('a socket whose peer', () => {
  it('answers its pings stays, however long it is silent otherwise', async () => {
    await using agent = await Agent.start(net.client);
    await agent.connect({ id: 'chat', ...server(), liveness: SOON });
    await waitFor(() => pings(agent, 'chat') >= 5, { what: 'five pings', timeoutMs: 10_000 });
    expect(agent.story('chat').filter((is) => is !== 'pinged')).toEqual(['tracked', 'connected']);
  });

  it.each([false, true])('falls silent is pinged, and then closed with the reason (TLS: %s)', async (tls) => {
    await using peer = await Agent.start(net.server);
    await using agent = await Agent.start(net.client);
    const port = await peer.listen('server', tls);
    await agent.connect({ id: 'chat', ...server(), port, tls, liveness: SOON });
    await waitFor(() => pings(agent, 'chat') >= 2, { what: 'two pings', timeoutMs: 10_000 });
    expect(agent.story('chat')).not.toContain('suspect');
    process.kill(peer.process.pid, 'SIGSTOP');
    expect(await agent.next('chat', 'error')).toMatchObject({
      code: 'ERR_ROAMKIT_UNROUTABLE',
      reason: 'no-proof-of-life',
      link: 'eth0',
      verdict: { kind: 'unroutable', reason: 'no-proof-of-life', certain: true },
    });
    await agent.next('chat', 'closed');
    expect(await agent.count()).toEqual({ flows: 0, tracked: 0 });
  });

  it('falls silent and comes back has recovered, where the policy only tells', async () => {
    await using agent = await Agent.start(net.client);
    await agent.connect({ id: 'chat', ...server(), liveness: { ...SOON, action: 'signal' } });
    process.kill(echo.process.pid, 'SIGSTOP');
    expect(await agent.next('chat', 'suspect')).toMatchObject({ reason: 'no-proof-of-life' });
    process.kill(echo.process.pid, 'SIGCONT');
    await agent.next('chat', 'recovered');
    expect(agent.story('chat').filter((is) => is !== 'pinged')).toEqual([
      'tracked',
      'connected',
      'suspect',
      'recovered',
    ]);
  });
});

describe('a socket', () => {
  it('that is paused is not closed for what it does not read', async () => {
    await using agent = await Agent.start(net.client);
    for (const id of ['paused', 'read']) await agent.connect({ id, ...server(), liveness: SOON });
    agent.tell({ do: 'pause', id: 'paused' });
    await agent.count();
    const before = pings(agent, 'paused');
    process.kill(echo.process.pid, 'SIGSTOP');
    await agent.next('read', 'closed');
    process.kill(echo.process.pid, 'SIGCONT');
    expect(agent.story('paused')).not.toContain('suspect');
    expect(pings(agent, 'paused')).toBeLessThanOrEqual(before + 1);
  });

  it('whose process was stopped for longer than its peer may be silent is not closed', async () => {
    await using agent = await Agent.start(net.client);
    await agent.connect({ id: 'chat', ...server(), liveness: SOON });
    for (let stop = 0; stop < 3; stop++) {
      process.kill(agent.process.pid, 'SIGSTOP');
      // Not waiting for anything: this is the time that passes for the others.
      await delay(800);
      process.kill(agent.process.pid, 'SIGCONT');
      const before = pings(agent, 'chat');
      await waitFor(() => pings(agent, 'chat') > before, { what: 'a ping' });
    }
    expect(agent.story('chat')).not.toContain('suspect');
  });

  it('is pinged at once where checkLiveness is called, as after a sleep', async () => {
    await using agent = await Agent.start(net.client);
    await agent.connect({ id: 'chat', ...server(), liveness: NEVER });
    await agent.connect({ id: 'without', ...server() });
    agent.tell({ do: 'check liveness' });
    await agent.next('chat', 'pinged');
    expect(pings(agent, 'without')).toBe(0);
  });
});

describe('a flow descriptor', () => {
  const liveness = { ...SOON, ping: () => {} };
  const ends = (lab: Awaited<ReturnType<typeof monitoredLab>>) => {
    const { local, remote } = lab.toServer('ethernet', 'v4');
    return { local: { address: local, port: 40_000 }, remote: { address: remote, port: 443 } };
  };

  it('lives as long as its application says so', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    const heard = recordEvents(registry);
    const proven = registry.track(ends(lab), {
      label: 'proven',
      liveness: { ...SOON, ping: (connection) => connection.proveAlive() },
    });
    const silent = registry.track(ends(lab), { label: 'silent', liveness });
    await waitFor(() => silent.state === 'invalidated', { what: 'the silent one to be closed' });
    expect(proven.state).toBe('routable');
    expect(heard).toEqual(['suspect silent no-proof-of-life', 'invalidated silent no-proof-of-life']);
  });

  it('is not given up for a silence while its path was gone', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ policy: { 'carrier-lost': { graceMs: 60_000 } } });
    const heard = recordEvents(registry);
    const connection = registry.track(ends(lab), { label: 'v4', liveness });
    const undo = await carrierLost(lab.net.ethernet.a);
    const other = lab.toServer('wifi', 'v4');
    const witness = registry.track(
      { local: { address: other.local, port: 1 }, remote: { address: '192.0.2.254', port: 1 } },
      { label: 'witness', liveness },
    );
    await waitFor(() => witness.state === 'invalidated', { what: 'as long a silence elsewhere' });
    expect(connection.state).toBe('suspect');
    await undo();
    await waitFor(() => connection.state === 'routable', { what: 'the recovery' });
    await waitFor(() => connection.state === 'invalidated', { what: 'it to be closed for its own silence' });
    expect(heard.filter((line) => line.includes(' v4'))).toEqual([
      'suspect v4 carrier-lost',
      'recovered v4',
      'suspect v4 no-proof-of-life',
      'invalidated v4 no-proof-of-life',
    ]);
  });

  it('may be postponed, and has recovered when its peer answers meanwhile', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry({ beforeInvalidate: () => false, postponeMs: 60_000 });
    const heard = recordEvents(registry);
    const connection = registry.track(ends(lab), { label: 'v4', liveness });
    await waitFor(() => connection.state === 'suspect', { what: 'the doubt' });
    connection.proveAlive();
    expect(connection.state).toBe('routable');
    expect(connection.verdict?.kind).toBe('routable');
    expect(heard).toEqual(['suspect v4 no-proof-of-life', 'recovered v4']);
  });

  it('tells of a ping that fails, which proves nothing', async () => {
    await using lab = await monitoredLab();
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const errors: unknown[] = [];
    process.on('uncaughtException', (error) => errors.push(error));
    try {
      const ping = () => Promise.reject(new Error('from the application'));
      const connection = lab.registry().track(ends(lab), { liveness: { ...SOON, ping } });
      await waitFor(() => connection.state === 'invalidated', { what: 'it to be closed' });
      expect(errors).toEqual([new Error('from the application')]);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    }
  });

  it('is refused where its options are wrong', async () => {
    await using lab = await monitoredLab();
    const registry = lab.registry();
    expect(() => registry.track(ends(lab), { liveness: { ...liveness, hangupAfterMs: 1 } })).toThrow(
      'liveness.hangupAfterMs: must be more than pingAfterMs',
    );
    expect(registry.connections()).toEqual([]);
  });
});
