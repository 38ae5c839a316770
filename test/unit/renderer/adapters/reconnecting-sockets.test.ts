import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket as PartySocketWebSocket } from 'partysocket';
import reconnectingWebSocketModule from 'reconnecting-websocket';
import { WebSocket } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { ReconnectSignal } from '../../../../core/reconnect/signal.js';
import type { InvalidatedEvent } from '../../../../ipc/messages.js';
import { reconnectWithNetwork, urlWhenOnline } from '../../../../renderer/adapters/index.js';
import type { FakeBridge } from '../fake-bridge.js';
import { leavePage, pageWithBridge } from '../page-with-bridge.js';

// Its types promise an ES module, of which Node knows nothing: the class is what the module exports.
const ReconnectingWebSocket =
  reconnectingWebSocketModule as unknown as typeof reconnectingWebSocketModule.default;

let main: FakeBridge;
let http: Server;
let sockets: WebSocketServer;
let url: string;
/** TCP connections since the server was started. */
let accepted: Socket[];
const opened: { close(): void }[] = [];

beforeEach(async () => {
  main = await pageWithBridge();
  accepted = [];
  http = createServer().on('connection', (socket) => accepted.push(socket));
  sockets = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const socket of opened.splice(0)) socket.close();
  leavePage();
  for (const socket of accepted) socket.destroy();
  sockets.close();
  http.close();
  await once(http, 'close');
});

const asked = (name: string) => main.requests.filter((request) => request.name === name);

const invalidated = (id: number, owner: 'page' | 'main' = 'page'): InvalidatedEvent => ({
  id,
  owner,
  label: null,
  reason: 'link-down',
  generation: 1,
  path: null,
  remote: null,
});

const signal = (generation: number): ReconnectSignal => ({
  generation,
  cause: 'path-changed',
  reason: null,
  urgency: 'now',
  delayMs: 0,
});

// A long delay of the library's own: what comes back sooner came back for another reason.
const options = { WebSocket, minReconnectionDelay: 60_000, maxReconnectionDelay: 60_000 };

describe.each([
  [
    'reconnecting-websocket',
    (to: string | (() => Promise<string>)) => new ReconnectingWebSocket(to, [], options),
  ],
  ['partysocket', (to: string | (() => Promise<string>)) => new PartySocketWebSocket(to, [], options)],
])('%s', (_library, create) => {
  function open(to: string | (() => Promise<string>) = url) {
    const socket = create(to);
    const closed: { readonly code: number; readonly reason: string }[] = [];
    socket.addEventListener('close', ({ code, reason }) => {
      closed.push({ code, reason });
    });
    opened.push(socket);
    return { socket, closed };
  }

  /** An open socket whose connection main knows as number 7. */
  async function openAndTracked() {
    const { socket, closed } = open();
    const detach = reconnectWithNetwork(socket);
    await vi.waitFor(() => expect(asked('track')).toHaveLength(1));
    await main.answer('track', { ok: true, value: { id: 7 } });
    return { socket, closed, detach };
  }

  it('is tracked, and connects anew as soon as its connection is invalidated', async () => {
    const { socket, closed } = await openAndTracked();
    expect(asked('track')[0]?.input).toEqual({ url });
    main.tell('invalidated', invalidated(7));
    expect(closed).toEqual([{ code: 4000, reason: 'link-down' }]);
    await vi.waitFor(() => expect(asked('track')).toHaveLength(2));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(accepted).toHaveLength(2);
  });

  it('is left alone when others are invalidated', async () => {
    const { socket, closed } = await openAndTracked();
    main.tell('invalidated', invalidated(8));
    main.tell('invalidated', invalidated(7, 'main'));
    main.tell('reconnect', signal(99));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(closed).toEqual([]);
    expect(accepted).toHaveLength(1);
  });

  it('is untracked when it closes, also where the answer comes after that', async () => {
    const { socket } = await openAndTracked();
    socket.reconnect();
    await vi.waitFor(() => expect(asked('track')).toHaveLength(2));
    expect(asked('untrack').map(({ input }) => input)).toEqual([{ id: 7 }]);
    socket.close();
    await vi.waitFor(() => expect(sockets.clients.size).toBe(0));
    await main.answer('track', { ok: true, value: { id: 8 } });
    await vi.waitFor(() => expect(asked('untrack').map(({ input }) => input)).toContainEqual({ id: 8 }));
  });

  it('is as it was without us once it is detached', async () => {
    const { socket, closed, detach } = await openAndTracked();
    detach();
    expect(asked('untrack').map(({ input }) => input)).toEqual([{ id: 7 }]);
    main.tell('invalidated', invalidated(7));
    expect(closed).toEqual([]);
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('makes an attempt anew that began on a path that is no more', async () => {
    // The first attempt gets no answer, as on a path that went.
    const answer = http.listeners('upgrade');
    http.removeAllListeners('upgrade');
    let attempts = 0;
    http.on('upgrade', (...request) => {
      attempts++;
      if (attempts > 1) for (const listener of answer) listener.apply(http, request);
    });
    const { socket } = open();
    reconnectWithNetwork(socket);
    await vi.waitFor(() => expect(attempts).toBe(1));
    main.tell('reconnect', signal(0));
    main.tell('reconnect', { ...signal(99), urgency: 'wait' });
    expect(socket.readyState).toBe(WebSocket.CONNECTING);
    main.tell('delta', { seq: 1, changed: { generation: 5 } });
    main.tell('reconnect', signal(5));
    await vi.waitFor(() => expect(socket.readyState).toBe(WebSocket.OPEN));
    expect(attempts).toBe(2);
  });

  it('tries nothing while there is no way to the internet, and connects as soon as there is', async () => {
    main.tell('delta', { seq: 1, changed: { status: 'offline' } });
    const provider = vi.fn(() => url);
    const waiting = vi.fn(urlWhenOnline(provider));
    const { socket } = open(waiting);
    await vi.waitFor(() => expect(waiting).toHaveBeenCalled());
    expect(provider).not.toHaveBeenCalled();
    expect(accepted).toEqual([]);
    main.tell('delta', { seq: 2, changed: { status: 'online' } });
    await vi.waitFor(() => expect(socket.readyState).toBe(WebSocket.OPEN));
    expect(accepted).toHaveLength(1);
  });
});

describe('urlWhenOnline', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    main.tell('delta', { seq: 1, changed: { status: 'local' } });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives the URL after the longest wait, whatever the status', async () => {
    const given = vi.fn();
    void urlWhenOnline('wss://printer.local', { longestWaitMs: 5000 })().then(given);
    await vi.advanceTimersByTimeAsync(4999);
    expect(given).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(given).toHaveBeenCalledExactlyOnceWith('wss://printer.local');
  });

  it('sets no timer where it shall wait for ever, and leaves none behind', async () => {
    const given = urlWhenOnline('wss://example.com', { longestWaitMs: Number.POSITIVE_INFINITY })();
    const other = urlWhenOnline('wss://example.com')();
    expect(vi.getTimerCount()).toBe(1);
    main.tell('delta', { seq: 2, changed: { status: 'online' } });
    expect(await Promise.all([given, other])).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks the application what is online', async () => {
    const url = urlWhenOnline('wss://printer.local', { isOnline: ({ status }) => status === 'local' });
    expect(await url()).toBe('wss://printer.local');
  });

  it('refuses a wait that is none', () => {
    expect(() => urlWhenOnline('wss://example.com', { longestWaitMs: -1 })).toThrow(/longestWaitMs/);
    expect(() => urlWhenOnline('wss://example.com', { longestWaitMs: Number.NaN })).toThrow(/longestWaitMs/);
  });
});
