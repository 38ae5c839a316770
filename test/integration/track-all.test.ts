import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionRegistry, NetworkMonitor, type TrackAllOptions } from '../../main/index.js';
import { waitFor } from '../lab/index.js';

// Which sockets trackAll() tracks, over the loopback.

let monitor: NetworkMonitor;
let registry: ConnectionRegistry;
let server: Server;
const opened: Socket[] = [];
beforeAll(async () => {
  monitor = await NetworkMonitor.start();
  server = createServer((peer) => void opened.push(peer.resume())).listen(0, '::');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await monitor.close();
});
beforeEach(() => {
  registry = new ConnectionRegistry(monitor);
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  await waitFor(() => registry.connections().length === 0, { what: 'the end of all sockets' });
  registry.close();
  expect(monitor.stats.flows).toBe(0);
});

function port(): number {
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/** Connects, and waits until the other side has accepted. */
async function open(host = '127.0.0.1'): Promise<Socket> {
  const socket = netConnect({ host, port: port() });
  opened.push(socket);
  await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
  // Node tells of an accepted socket after 'connection'.
  await new Promise(setImmediate);
  return socket;
}

const labels = (of = registry) =>
  of
    .connections()
    .map(({ label }) => label)
    .sort();

describe('trackAll', () => {
  it('tracks what is opened and accepted from then on, until it is disposed of', async () => {
    await open();
    const all = registry.trackAll();
    const socket = await open();
    expect(registry.connections().map(({ flow, state }) => [flow?.remote.port, state])).toEqual([
      [port(), 'routable'],
      [socket.localPort, 'routable'],
    ]);
    all[Symbol.dispose]();
    all[Symbol.dispose]();
    await open();
    expect(registry.connections()).toHaveLength(2);
  });

  it.each<readonly [string, () => TrackAllOptions, number]>([
    ['by side', () => ({ side: 'server' }), 1],
    ['by the name that was asked for', () => ({ side: 'client', hosts: ['localhost'] }), 1],
    ['by another name', () => ({ side: 'client', hosts: ['example.com'] }), 0],
    ['by address', () => ({ hosts: ['127.0.0.0/8', '::1'] }), 2],
    ["by the server's port", () => ({ ports: [port()] }), 2],
    ['by another port', () => ({ ports: [1] }), 0],
    ['by a function', () => ({ filter: ({ side }) => side === 'client' }), 1],
  ])('filters %s', async (_, options, count) => {
    using _all = registry.trackAll(options());
    await open('localhost');
    expect(registry.connections()).toHaveLength(count);
  });

  it('labels, and gives a policy', async () => {
    using _all = registry.trackAll({
      label: ({ side, host }) => `${side} ${host}`,
      policy: { 'no-route': { graceMs: 7 } },
    });
    await open('localhost');
    const accepted = registry.connections().find(({ label }) => label.startsWith('server'));
    expect(labels()).toEqual(['client localhost', accepted?.label]);
    expect(registry.connections().map(({ policy }) => policy['no-route'].graceMs)).toEqual([7, 7]);
  });

  it('may be called several times: the first that takes a socket has it', async () => {
    using _servers = registry.trackAll({ side: 'server', label: 'server' });
    using _all = registry.trackAll({ label: 'any' });
    await open();
    expect(labels()).toEqual(['any', 'server']);
  });

  it('serves several registries', async () => {
    using other = new ConnectionRegistry(monitor);
    using _all = registry.trackAll({ side: 'client' });
    other.trackAll({ side: 'client' });
    const socket = await open();
    expect([labels(), labels(other)]).toEqual([[`127.0.0.1:${port()}`], [`127.0.0.1:${port()}`]]);
    socket.destroy();
    await once(socket, 'close');
    expect([labels(), labels(other)]).toEqual([[], []]);
  });

  it('leaves the label and policy to track(), of which there is one connection then', async () => {
    using _all = registry.trackAll({ side: 'client', label: 'some' });
    const socket = await open();
    const [connection] = registry.connections();
    expect(registry.track(socket, { label: 'chat', policy: { 'no-route': { graceMs: 7 } } })).toBe(
      connection,
    );
    expect(labels()).toEqual(['chat']);
    expect(connection?.policy['no-route'].graceMs).toBe(7);
  });

  it('ignores Unix sockets', async () => {
    const file = path.join(tmpdir(), `roamkit-${process.pid}.sock`);
    const untracked: unknown[] = [];
    registry.on('untracked', (connection) => untracked.push(connection));
    using _all = registry.trackAll();
    const local = createServer().listen(file);
    await once(local, 'listening');
    const socket = netConnect(file);
    await Promise.all([once(socket, 'connect'), once(local, 'connection')]);
    await new Promise(setImmediate);
    expect(registry.connections()).toEqual([]);
    socket.destroy();
    await once(socket, 'close');
    expect(untracked).toEqual([]);
    local.close();
    rmSync(file, { force: true });
  });

  it('ends with its registry, and does nothing once the monitor is closed', async () => {
    await using mortal = await NetworkMonitor.start();
    const [closed, orphan] = [new ConnectionRegistry(mortal), new ConnectionRegistry(mortal)];
    closed.trackAll();
    closed.close();
    expect(() => closed.trackAll()).toThrow(expect.objectContaining({ code: 'ERR_ROAMKIT_CLOSED' }));
    using _all = orphan.trackAll();
    await mortal.close();
    await open();
    expect([closed.connections(), orphan.connections()]).toEqual([[], []]);
  });

  it('refuses options by name', () => {
    expect(() => registry.trackAll({ ports: [-1] })).toThrow(/^ports\[0\]:/);
    expect(() => registry.trackAll({ policy: { 'no-route': { graceMs: -1 } } })).toThrow(/^policy\.no-route/);
  });
});
