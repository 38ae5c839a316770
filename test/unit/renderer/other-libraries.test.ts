import { createServer } from 'node:net';
import { WebSocket as PartySocket } from 'partysocket';
import ReconnectingWebSocketModule from 'reconnecting-websocket';
import { describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { RoamingWebSocket } from '../../../renderer/roaming-web-socket.js';
import { EchoServer, PageNetworkLab } from './page-network-lab.js';

// What the documentation of reconnecting-websocket, and of partysocket after it, promises, asked of them and of
// RoamingWebSocket alike; and where RoamingWebSocket differs on purpose (docs/renderer.md).

const { waitFor } = vi;

// Its types describe the ES module that its `main` is not.
const ReconnectingWebSocket =
  ReconnectingWebSocketModule as unknown as typeof ReconnectingWebSocketModule.default;

/** As a browser's: an error that nobody listens to ends no program. */
class BrowserlikeWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    this.on('error', () => {});
  }
}

interface CommonOptions {
  readonly maxRetries?: number;
  readonly timeoutMs?: number;
  readonly WebSocket?: unknown;
}

type Url = string | (() => string) | (() => Promise<string>);

type Socket = Pick<
  WebSocket,
  'readyState' | 'url' | 'protocol' | 'extensions' | 'bufferedAmount' | 'binaryType'
> & {
  onopen: unknown;
  onclose: unknown;
  onmessage: unknown;
  onerror: unknown;
  send(data: string): unknown;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: unknown): void;
  removeEventListener(type: string, listener: unknown): void;
};

interface Library {
  readonly name: string;
  readonly constants: object;
  open(url: Url, protocols?: string | string[], options?: CommonOptions): Socket;
}

const theirs = ({
  maxRetries,
  timeoutMs,
  WebSocket: Native = BrowserlikeWebSocket,
}: CommonOptions): object => ({
  WebSocket: Native,
  minReconnectionDelay: 1,
  maxReconnectionDelay: 5,
  minUptime: 1,
  ...(maxRetries === undefined ? {} : { maxRetries }),
  ...(timeoutMs === undefined ? {} : { connectionTimeout: timeoutMs }),
});

const libraries: readonly Library[] = [
  {
    name: 'reconnecting-websocket',
    constants: ReconnectingWebSocket,
    open: (url, protocols, options = {}) =>
      new ReconnectingWebSocket(url, protocols, theirs(options)) as unknown as Socket,
  },
  {
    name: 'partysocket',
    constants: PartySocket,
    open: (url, protocols, options = {}) =>
      new PartySocket(url, protocols, theirs(options)) as unknown as Socket,
  },
  {
    name: 'RoamingWebSocket',
    constants: RoamingWebSocket,
    open: (url, protocols, { timeoutMs, ...options } = {}) =>
      new RoamingWebSocket(url, protocols, {
        WebSocket: BrowserlikeWebSocket as unknown as typeof globalThis.WebSocket,
        retry: { delaysMs: [1], jitterPercent: 0 },
        ...(timeoutMs === undefined ? {} : { attemptTimeoutMs: timeoutMs }),
        ...(options as object),
      }) as unknown as Socket,
  },
];

/** A server that takes connections and never says a word. */
async function mute(): Promise<AsyncDisposable & { readonly url: string; readonly taken: () => number }> {
  let taken = 0;
  const sockets: { destroy(): void }[] = [];
  const server = createServer((socket) => {
    taken += 1;
    socket.on('error', () => {});
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    taken: () => taken,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.each(libraries)('$name', ({ constants, open }) => {
  it('has the constants, on the class and on each socket', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    for (const holder of [constants, socket]) {
      const { CONNECTING, OPEN, CLOSING, CLOSED } = holder as typeof globalThis.WebSocket;
      expect([CONNECTING, OPEN, CLOSING, CLOSED]).toEqual([0, 1, 2, 3]);
    }
    socket.close();
  });

  it('answers before it is open', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    const { readyState, bufferedAmount, protocol, extensions, binaryType } = socket;
    expect({ readyState, bufferedAmount, protocol, extensions, binaryType }).toEqual({
      readyState: 0,
      bufferedAmount: 0,
      protocol: '',
      extensions: '',
      binaryType: 'blob',
    });
    socket.close();
  });

  it('connects, sends, receives and closes, and goes through the states', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url, 'chat');
    const states: unknown[] = [socket.readyState];
    socket.onopen = () => {
      states.push(socket.readyState, socket.protocol, socket.url);
      socket.send('hello');
    };
    socket.onmessage = ({ data }: MessageEvent) => {
      states.push(data);
      // partysocket tells of it within this call, the others when the server has answered.
      socket.close(1000, 'enough');
    };
    socket.onclose = () => states.push(socket.readyState);
    await waitFor(() => expect(states.at(-1)).toBe(3));
    expect(states).toEqual([0, 1, 'chat', lab.server.url, 'hello', 3]);
  });

  it.each<[string, (url: string) => Url]>([
    ['text', (url) => url],
    ['a function', (url) => () => url],
    ['an asynchronous function', (url) => async () => url],
  ])('takes %s for a URL', async (_what, urlOf) => {
    await using lab = await PageNetworkLab.open();
    const socket = open(urlOf(lab.server.url));
    await waitFor(() => expect(socket.readyState).toBe(1));
    socket.close();
  });

  it('asks a function for the URL of each connection', async () => {
    await using lab = await PageNetworkLab.open();
    let count = 0;
    const socket = open(() => `${lab.server.url}?${++count}`);
    await waitFor(() => expect(lab.server.requested).toEqual(['/?1']));
    lab.server.connections[0]?.terminate();
    await waitFor(() => expect(lab.server.requested).toEqual(['/?1', '/?2']));
    socket.close();
  });

  it('connects again when the server ended the connection, and keeps listeners and handlers', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    const heard: string[] = [];
    const onopen = (): void => void heard.push('onopen');
    socket.onopen = onopen;
    socket.addEventListener('open', () => heard.push('listener'));
    socket.addEventListener('open', { handleEvent: () => heard.push('object') });
    await waitFor(() => expect(heard).toHaveLength(3));
    lab.server.connections[0]?.terminate();
    await waitFor(() => expect(heard).toHaveLength(6));
    expect(heard.slice(3).toSorted()).toEqual(['listener', 'object', 'onopen']);
    expect(socket.onopen).toBe(onopen);
    socket.close();
  });

  it('comes back too when the server closed it properly', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    const closes: number[] = [];
    socket.onclose = ({ code }: CloseEvent) => closes.push(code);
    await waitFor(() => expect(socket.readyState).toBe(1));
    lab.server.connections[0]?.close(1000);
    await waitFor(() => expect(lab.server.connections).toHaveLength(2));
    expect(closes).toEqual([1000]);
    socket.close();
  });

  it('connects once the server is there', async () => {
    await using lab = await PageNetworkLab.open();
    const gone = await EchoServer.listen();
    const { port, url } = gone;
    await gone[Symbol.asyncDispose]();
    const socket = open(url);
    let errors = 0;
    socket.onerror = () => {
      errors += 1;
    };
    await waitFor(() => expect(errors).toBeGreaterThan(1));
    await using _server = await EchoServer.listen(port);
    await waitFor(() => expect(socket.readyState).toBe(1));
    socket.close();
    expect(lab.server.connections).toEqual([]);
  });

  it.each([0, 1, 5])('with maxRetries %d fails once more than that, and stops', async (maxRetries) => {
    await using _lab = await PageNetworkLab.open();
    const socket = open('ws://127.0.0.1:1/', undefined, { maxRetries });
    let errors = 0;
    socket.onerror = () => {
      errors += 1;
    };
    await waitFor(() => expect(errors).toBe(maxRetries + 1));
    await waitFor(() => expect(socket.readyState).toBe(3));
    // Another attempt would have failed within this time, which is many times the delay between them.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(errors).toBe(maxRetries + 1);
  });

  it('gives up an attempt that takes too long, and makes another', async () => {
    await using _lab = await PageNetworkLab.open();
    await using server = await mute();
    const socket = open(server.url, undefined, { timeoutMs: 20 });
    await waitFor(() => expect(server.taken()).toBeGreaterThan(1));
    socket.close();
  });

  it('keeps what is sent before it is open, in order, and counts its bytes', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    for (const data of ['one', 'two', 'three']) socket.send(data);
    expect(socket.bufferedAmount).toBe(11);
    await waitFor(() => expect(lab.server.received).toEqual(['one', 'two', 'three']));
    socket.close();
  });

  it('keeps what is sent while a connection is made anew', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    await waitFor(() => expect(socket.readyState).toBe(1));
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    lab.server.connections[0]?.terminate();
    await closed;
    socket.send('meanwhile');
    await waitFor(() => expect(lab.server.received).toEqual(['meanwhile']));
    socket.close();
  });

  it('never opens when it was closed before, and tells of close at most once', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    const heard: string[] = [];
    socket.onopen = () => heard.push('open');
    socket.onclose = () => heard.push('close');
    for (let count = 0; count < 3; count++) socket.close();
    const other = open(lab.server.url);
    await waitFor(() => expect(other.readyState).toBe(1));
    expect(lab.server.connections).toHaveLength(1);
    expect(heard).not.toContain('open');
    expect(heard.length).toBeLessThanOrEqual(1);
    other.close();
  });

  it('may be closed several times, and tells of it once', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    let closes = 0;
    socket.onopen = () => {
      for (let count = 0; count < 3; count++) socket.close();
    };
    socket.onclose = () => {
      closes += 1;
    };
    await waitFor(() => expect(socket.readyState).toBe(3));
    await waitFor(() => expect(lab.server.server.clients.size).toBe(0));
    expect(closes).toBe(1);
  });

  it('takes listeners back, and none for events that do not exist', async () => {
    await using lab = await PageNetworkLab.open();
    const socket = open(lab.server.url);
    const never = vi.fn();
    socket.addEventListener('unknown', never);
    socket.addEventListener('open', never);
    socket.addEventListener('open', never);
    socket.removeEventListener('open', never);
    socket.removeEventListener('other', never);
    await waitFor(() => expect(socket.readyState).toBe(1));
    expect(never).not.toHaveBeenCalled();
    socket.close();
  });

  it('makes connections of the class it is given', async () => {
    await using lab = await PageNetworkLab.open();
    let made = 0;
    const Counted = class extends BrowserlikeWebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        made += 1;
      }
    };
    const socket = open(lab.server.url, [], { WebSocket: Counted });
    await waitFor(() => expect(socket.readyState).toBe(1));
    expect(made).toBe(1);
    socket.close();
  });

  it('cannot be called without new', () => {
    expect(() => (constants as unknown as () => void)()).toThrow(TypeError);
  });
});

describe('on purpose, RoamingWebSocket differs from reconnecting-websocket', () => {
  const [reconnecting, , roaming] = libraries as [Library, Library, Library];

  it('in the order at open: its handlers send before the queue, so that a login is first', async () => {
    for (const [{ open }, received] of [
      [reconnecting, ['queued', 'login']],
      [roaming, ['login', 'queued']],
    ] as const) {
      await using lab = await PageNetworkLab.open();
      const socket = open(lab.server.url);
      socket.onopen = () => socket.send('login');
      socket.send('queued');
      await waitFor(() => expect(lab.server.received).toEqual(received));
      socket.close();
    }
  });

  it('in a URL that is none: it is told at once', () => {
    expect(() => roaming.open('nowhere')).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
  });

  it('in its url: it is there from the beginning', async () => {
    await using lab = await PageNetworkLab.open();
    const [other, own] = [reconnecting, roaming].map(({ open }) => open(lab.server.url));
    expect([other?.url, own?.url]).toEqual(['', lab.server.url]);
    for (const socket of [other, own]) socket?.close();
  });

  it('in close() before there is a connection: there is a close event, as of a WebSocket', async () => {
    await using lab = await PageNetworkLab.open();
    const heard: string[] = [];
    for (const { name, open } of [reconnecting, roaming]) {
      const socket = open(lab.server.url);
      socket.onclose = () => heard.push(name);
      socket.close();
    }
    await waitFor(() => expect(heard).toEqual(['RoamingWebSocket']));
  });
});
