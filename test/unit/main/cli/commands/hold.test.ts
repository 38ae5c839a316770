import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { monotonicNow } from '../../../../../main/monitor/monotonic-time.js';
import { NetworkMonitor } from '../../../../../main/monitor/network-monitor.js';
import { FakeAddon, PATH } from '../fake-addon.js';
import { type Running, run, start } from '../run.js';

const { native } = vi.hoisted(() => ({ native: { addon: (): unknown => undefined } }));
vi.mock('../../../../../main/monitor/native-addon.js', () => ({ loadNativeAddon: () => native.addon() }));
const startMonitor = () => NetworkMonitor.start({ backend: 'netlink' });

const BETTER = { ...PATH, oif: 3, link: 'eth1', gateway: '198.51.100.254', source: '198.51.100.1' };

let fake: FakeAddon;
let server: Server;
let peers: Socket[];
let port: number;
let running: Running | undefined;

beforeEach(async () => {
  fake = new FakeAddon();
  native.addon = () => fake.addon();
  peers = [];
  server = createServer((socket) => {
    peers.push(socket.on('error', () => {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  if (running !== undefined) expect(await running.stop()).toBe(0);
  running = undefined;
  for (const peer of peers) peer.destroy();
  server.close();
});

function hold(...args: string[]): Running {
  running = start(['hold', '--json', ...args], { startMonitor });
  return running;
}

describe('roamkit hold', () => {
  it('tells of a connection, its loss, and its return, with nothing in between', async () => {
    const held = hold('--grace', '0', `127.0.0.1:${port}`);
    const [connected] = await held.lines(1);
    expect(Object.keys(connected ?? {})).toEqual([
      't',
      'event',
      'connection',
      'local',
      'remote',
      'reason',
      'path',
    ]);
    const remote = `127.0.0.1:${port}`;
    const local = expect.stringMatching(/^127\.0\.0\.1:\d+$/);
    expect(connected).toMatchObject({
      event: 'connected',
      connection: 1,
      local,
      remote,
      reason: null,
      path: PATH,
    });

    fake.path = BETTER;
    const receivedAt = monotonicNow();
    fake.judge(receivedAt, { kind: 'unroutable', reason: 'link-down', path: null, certain: true });
    const lost = { connection: 1, local, remote, reason: 'link-down', path: PATH, received: receivedAt };
    expect((await held.lines(5)).slice(1)).toEqual([
      { t: expect.any(Number), event: 'suspect', ...lost },
      { t: expect.any(Number), event: 'invalidated', ...lost },
      { ...lost, t: expect.any(Number), event: 'reconnect', local: null, path: BETTER },
      { ...connected, t: expect.any(Number), local, path: BETTER },
    ]);
    expect(peers).toHaveLength(2);
  });

  it('closes nothing that recovers within its grace period', async () => {
    const held = hold('--grace', '60000', `127.0.0.1:${port}`);
    await held.lines(1);
    fake.judge(7, { kind: 'unroutable', reason: 'no-route', path: null, certain: true });
    fake.judge(8, { kind: 'routable', reason: null, path: PATH, certain: true });
    fake.judge(9, { kind: 'rerouted', reason: 'egress-changed', path: BETTER, certain: true });
    const events = (await held.lines(4)).slice(1);
    expect(events).toMatchObject([
      { event: 'suspect', reason: 'no-route', path: PATH, received: 7 },
      { event: 'recovered', reason: null, path: PATH, received: 8 },
      { event: 'rerouted', reason: 'egress-changed', path: BETTER, received: 9 },
    ]);
    expect(peers[0]?.destroyed).toBe(false);
  });

  it('tells an invalidation with the time of the message that caused it, not of later ones', async () => {
    const held = hold('--grace', '30', `127.0.0.1:${port}`);
    await held.lines(1);
    fake.path = null;
    fake.judge(7, { kind: 'unroutable', reason: 'no-route', path: null, certain: true });
    fake.send({ receivedAt: 8 });
    const [, , invalidated] = await held.lines(3);
    expect(invalidated).toMatchObject({ event: 'invalidated', reason: 'no-route', received: 7 });
  });

  it('makes no attempt without a path, and one at once when there is one', async () => {
    fake.path = null;
    const held = hold(`127.0.0.1:${port}`);
    const [closed] = await held.lines(1);
    expect(closed).toMatchObject({ event: 'closed', local: null, reason: 'no-route', path: null });
    fake.send({ receivedAt: 7 });
    fake.path = PATH;
    fake.send({ receivedAt: 8 });
    const [, reconnect, connected] = await held.lines(3);
    expect(reconnect).toMatchObject({ event: 'reconnect', reason: 'no-route', path: PATH, received: 8 });
    expect(connected).toMatchObject({ event: 'connected' });
  });

  it('tells why the peer’s side ended it, and comes back', async () => {
    const held = hold(`127.0.0.1:${port}`);
    await held.lines(1);
    await vi.waitFor(() => expect(peers).toHaveLength(1));
    peers[0]?.end('data is ignored');
    expect((await held.lines(4)).slice(1)).toMatchObject([
      { event: 'closed', local: expect.stringContaining(':'), reason: null, path: PATH },
      { event: 'reconnect', local: null, reason: null },
      { event: 'connected' },
    ]);
    await vi.waitFor(() => expect(peers).toHaveLength(2));
    peers[1]?.resetAndDestroy();
    expect((await held.lines(5))[4]).toMatchObject({ event: 'closed', reason: 'ECONNRESET' });
  });

  it('numbers connections by their place on the command line and tells why one cannot be made', async () => {
    const free = await freePort();
    const held = hold(`127.0.0.1:${port}`, `127.0.0.1:${free}`);
    const events = await held.lines(4);
    expect(events.find(({ connection }) => connection === 1)).toMatchObject({ event: 'connected' });
    expect(events.filter(({ connection }) => connection === 2).slice(0, 3)).toMatchObject([
      { event: 'closed', local: null, remote: `127.0.0.1:${free}`, reason: 'ECONNREFUSED' },
      { event: 'reconnect', reason: 'ECONNREFUSED' },
      { event: 'closed', reason: 'ECONNREFUSED' },
    ]);
  });

  it('takes names', async () => {
    const held = hold(`localhost:${port}`);
    expect((await held.lines(1))[0]).toMatchObject({ event: 'connected', remote: `127.0.0.1:${port}` });
  });
});

describe('roamkit hold refuses', () => {
  it.each<[readonly string[], string]>([
    [[], 'HOST:PORT is missing'],
    [['127.0.0.1'], "'127.0.0.1' is not HOST:PORT"],
    [['--grace', 'soon', 'h:1'], "--grace must be 0 to 2147483647 milliseconds, not 'soon'"],
    [['--policy', '/nowhere', 'h:1'], "--policy '/nowhere' cannot be read: ENOENT"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(['hold', ...args]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n')[0]).toBe(`roamkit hold: ${message}`);
    expect(stderr.split('\n')[1]).toMatch(/^usage: roamkit hold /);
  });
});

async function freePort(): Promise<number> {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: free } = other.address() as AddressInfo;
  other.close();
  await once(other, 'close');
  return free;
}
