import { describe, expect, it, vi } from 'vitest';
import { RoamingWebSocket } from '../../../renderer/roaming-web-socket.js';
import { FakeClock } from '../support/fake-clock.js';
import { EchoServer, PageNetworkLab } from './page-network-lab.js';

const { waitFor } = vi;

describe('like a WebSocket, it', () => {
  it('opens, sends, receives and closes', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    expect([socket.readyState, socket.url, socket.protocol, socket.binaryType]).toEqual([
      0,
      lab.server.url,
      '',
      'blob',
    ]);
    await waitFor(() => expect(story).toEqual(['open']));
    expect(socket.readyState).toBe(RoamingWebSocket.OPEN);
    expect(socket.send('one')).toBe(true);
    await waitFor(() => expect(story).toContain('message one'));
    socket.close(4000, 'enough');
    expect(socket.readyState).toBe(2);
    await waitFor(() => expect(story.slice(2)).toEqual(['close 4000 enough']));
    expect(socket.readyState).toBe(3);
    expect(lab.untracked).toEqual([1]);
  });

  it('delivers binary messages as binaryType says', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    socket.binaryType = 'arraybuffer';
    Reflect.set(socket, 'binaryType', 'nonsense');
    expect(socket.binaryType).toBe('arraybuffer');
    const received: unknown[] = [];
    socket.onmessage = ({ data }) => received.push(data);
    await waitFor(() => expect(story).toEqual(['open']));
    socket.send(new Uint8Array([1, 2, 3]));
    await waitFor(() => expect(received).toHaveLength(1));
    expect([...new Uint8Array(received[0] as ArrayBuffer)]).toEqual([1, 2, 3]);
  });

  it('has its constants on the class and on each socket', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket } = lab.socket();
    for (const holder of [RoamingWebSocket, socket]) {
      const { CONNECTING, OPEN, CLOSING, CLOSED } = holder;
      expect([CONNECTING, OPEN, CLOSING, CLOSED]).toEqual([0, 1, 2, 3]);
    }
  });

  it('calls handler properties, and those before the listeners, and takes no harm from what is no function', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    const called: string[] = [];
    socket.onopen = () => called.push('replaced');
    socket.addEventListener('open', () => called.push('listener'));
    socket.onopen = () => called.push('handler');
    socket.onmessage = () => called.push('never');
    socket.onmessage = null;
    Reflect.set(socket, 'onclose', 'no function');
    await waitFor(() => expect(story).toEqual(['open']));
    expect(called).toEqual(['handler', 'listener']);
  });

  it.each([
    ['no URL', ['ws://'], 'SyntaxError'],
    ['a scheme that is none of its own', ['ftp://127.0.0.1'], 'SyntaxError'],
    ['a fragment', ['ws://127.0.0.1/#'], 'SyntaxError'],
    ['a subprotocol that is no token', ['ws://127.0.0.1', 'a b'], 'SyntaxError'],
    ['a subprotocol twice', ['ws://127.0.0.1', ['a', 'a']], 'SyntaxError'],
  ] as const)('throws on %s', (_what, [url, protocols], name) => {
    expect(() => new RoamingWebSocket(url, protocols)).toThrow(expect.objectContaining({ name }));
  });

  it('takes http: and https: for ws: and wss:', async () => {
    await using lab = await PageNetworkLab.open();
    expect(lab.socket({}, 'https://127.0.0.1:1/a?b').socket.url).toBe('wss://127.0.0.1:1/a?b');
  });

  it.each([
    [1001, undefined, 'InvalidAccessError'],
    [5000, undefined, 'InvalidAccessError'],
    [1000, 'ä'.repeat(62), 'SyntaxError'],
  ])('throws on close(%s)', async (code, reason, name) => {
    await using lab = await PageNetworkLab.open();
    const { socket } = lab.socket();
    expect(() => socket.close(code, reason)).toThrow(expect.objectContaining({ name }));
    expect(socket.readyState).toBe(0);
  });

  it('that is closed before it is open fails, and never connects', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    socket.close();
    await waitFor(() => expect(story).toEqual(['error', 'close 1006']));
    expect(lab.server.connections).toEqual([]);
  });
});

describe('when its path is dead, it', () => {
  it('says so at once, and is open again as soon as it may', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket({ retry: { delaysMs: [1_000_000] } });
    await waitFor(() => expect(story).toEqual(['open']));
    // The peer is there and would answer a closing handshake, but nobody waits for that.
    lab.move('now', []);
    lab.invalidate(1);
    expect(story.slice(1)).toEqual(['error', 'close 1006 link-down', 'reconnecting network']);
    expect(socket.readyState).toBe(0);
    await waitFor(() => expect(story.slice(4)).toEqual(['open', 'reconnected network']));
    expect(lab.server.connections).toHaveLength(2);
  });

  it('tells nothing of what the dead connection still brings', async () => {
    await using lab = await PageNetworkLab.open();
    const { story } = lab.socket();
    await waitFor(() => expect(story).toEqual(['open']));
    lab.move('now', []);
    lab.server.connections[0]?.send('too late');
    lab.invalidate(1);
    await waitFor(() => expect(story.at(-1)).toBe('reconnected network'));
    lab.server.connections[1]?.send('in time');
    await waitFor(() => expect(story.at(-1)).toBe('message in time'));
    expect(story).not.toContain('message too late');
  });

  it("does not take another connection's end for its own", async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    await waitFor(() => expect(story).toEqual(['open']));
    lab.invalidate(99);
    socket.send('alive');
    await waitFor(() => expect(story).toEqual(['open', 'message alive']));
  });

  it('reports close at once too where it was closing', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    await waitFor(() => expect(story).toEqual(['open']));
    socket.close();
    lab.invalidate(1);
    expect(story.slice(1)).toEqual(['error', 'close 1006 link-down']);
    expect(socket.readyState).toBe(3);
  });

  it('waits for a path, and tries nothing before', async () => {
    await using lab = await PageNetworkLab.open();
    const { story } = lab.socket({ needsDefaultPath: true });
    await waitFor(() => expect(story).toEqual(['open']));
    lab.losePath();
    lab.invalidate(1);
    const other = lab.socket();
    // A peer on this machine needs no default path.
    await waitFor(() => expect(other.story).toEqual(['open']));
    expect(story.at(-1)).toBe('reconnecting network');
    expect(lab.server.connections).toHaveLength(2);
    lab.regainPath();
    await waitFor(() => expect(story.at(-1)).toBe('reconnected network'));
  });

  it("waits for the way to be found open where the application has attempts wait for 'online'", async () => {
    await using lab = await PageNetworkLab.open({ reconnectWhen: 'online' });
    const { story } = lab.socket({ needsDefaultPath: true });
    await waitFor(() => expect(story).toEqual(['open']));
    // What works is left alone, whatever the detector finds.
    lab.find('portal');
    lab.signal({ urgency: 'wait', cause: 'path-lost' });
    lab.invalidate(1);
    const other = lab.socket();
    await waitFor(() => expect(other.story).toEqual(['open']));
    expect(story).toEqual(['open', 'error', 'close 1006 link-down', 'reconnecting network']);
    expect(lab.server.connections).toHaveLength(2);
    lab.find('online');
    await waitFor(() => expect(story.at(-1)).toBe('reconnected network'));
    expect(lab.server.connections).toHaveLength(3);
  });
});

describe('when a better path comes up, it', () => {
  it('opens the new connection before the old one is closed, and loses no message of either', async () => {
    await using lab = await PageNetworkLab.open();
    const clock = new FakeClock();
    const { socket, story } = lab.socket({ clock });
    const expectSoon = (line: string): Promise<void> =>
      waitFor(() => {
        clock.advance(0);
        expect(story).toContain(line);
      });
    await expectSoon('open');
    const [old] = lab.server.connections;
    old?.on('close', () => lab.server.received.push('old closed'));
    socket.addEventListener('open', () => {
      old?.send('last words');
      socket.send('over the new one');
    });
    lab.move('soon', [1]);
    await expectSoon('message over the new one');
    await expectSoon('message last words');
    expect(lab.untracked).toEqual([]);
    clock.advance(1000);
    await waitFor(() => expect(lab.server.received).toContain('old closed'));
    expect(story.filter((line) => line.startsWith('message')).toSorted()).toEqual([
      'message last words',
      'message over the new one',
    ]);
    expect(story.filter((line) => !line.startsWith('message'))).toEqual([
      'open',
      'reconnecting rerouted',
      'open',
      'reconnected rerouted',
    ]);
    expect(lab.untracked).toEqual([1]);
  });

  it('takes no harm if the old one dies before it is closed', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    await waitFor(() => expect(story).toEqual(['open']));
    lab.move('soon', [1]);
    await waitFor(() => expect(story.at(-1)).toBe('reconnected rerouted'));
    lab.invalidate(1);
    socket.send('alive');
    await waitFor(() => expect(story.at(-1)).toBe('message alive'));
    expect(story.join()).not.toContain('close');
  });

  it('closes both if it is closed meanwhile', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket({ overlapMs: 1_000_000 });
    await waitFor(() => expect(story).toEqual(['open']));
    lab.move('soon', [1]);
    await waitFor(() => expect(story.at(-1)).toBe('reconnected rerouted'));
    socket.close();
    await waitFor(() => expect(lab.server.server.clients.size).toBe(0));
    expect(lab.untracked.toSorted()).toEqual([1, 2]);
  });

  it('stays where it is if its own path is none of the affected', async () => {
    await using lab = await PageNetworkLab.open();
    const { story } = lab.socket();
    const other = lab.socket();
    await waitFor(() => expect([...story, ...other.story]).toEqual(['open', 'open']));
    lab.move('soon', [2]);
    await waitFor(() => expect(lab.server.connections).toHaveLength(3));
    await waitFor(() =>
      expect([story.at(-1), other.story.at(-1)].toSorted()).toEqual(['open', 'reconnected rerouted']),
    );
  });

  it('keeps the old one while the new one cannot be made', async () => {
    await using lab = await PageNetworkLab.open();
    let url = lab.server.url;
    const { socket, story } = lab.socket({}, () => url);
    await waitFor(() => expect(story).toEqual(['open']));
    url = 'ws://127.0.0.1:1/';
    lab.move('soon', [1]);
    await waitFor(() => expect(socket.url).toBe(url));
    socket.send('still here');
    await waitFor(() => expect(story).toContain('message still here'));
    url = lab.server.url;
    await waitFor(() => expect(story.at(-1)).toBe('reconnected rerouted'));
    expect(story.join()).not.toContain('close');
  });
});

describe('when the peer ended it, it', () => {
  it('tries again until the peer is back', async () => {
    await using lab = await PageNetworkLab.open();
    const first = await EchoServer.listen();
    const { port, url } = first;
    const { story } = lab.socket({}, url);
    await waitFor(() => expect(story).toEqual(['open']));
    await first[Symbol.asyncDispose]();
    await waitFor(() => expect(story.filter((line) => line === 'close 1006').length).toBeGreaterThan(2));
    expect(story.slice(0, 4)).toEqual(['open', 'error', 'close 1006', 'reconnecting peer']);
    await using _back = await EchoServer.listen(port);
    await waitFor(() => expect(story.slice(-2)).toEqual(['open', 'reconnected peer']));
    expect(story.filter((line) => line.startsWith('reconnecting'))).toHaveLength(1);
  });

  it('asks shouldReconnect, and stays closed if that says so', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket({ shouldReconnect: ({ code }) => code !== 4001 });
    await waitFor(() => expect(story).toEqual(['open']));
    lab.server.connections[0]?.close(4000, 'come again');
    await waitFor(() => expect(story.at(-1)).toBe('reconnected peer'));
    lab.server.connections[1]?.close(4001, 'go away');
    await waitFor(() => expect(story.at(-1)).toBe('close 4001 go away'));
    expect(socket.readyState).toBe(3);
  });

  it('gives up after maxRetries', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket({ maxRetries: 2 }, 'ws://127.0.0.1:1');
    await waitFor(() => expect(socket.readyState).toBe(3));
    expect(story.filter((line) => line.startsWith('close'))).toHaveLength(3);
  });

  it('with maxRetries 0 behaves like a plain one, but for the early close', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket({ maxRetries: 0 });
    await waitFor(() => expect(story).toEqual(['open']));
    lab.move('soon', [1]);
    lab.invalidate(1);
    expect(story.slice(1)).toEqual(['error', 'close 1006 link-down']);
    expect(socket.readyState).toBe(3);
  });
});

describe('a URL that is a function', () => {
  it('is asked anew for each connection, and waited for', async () => {
    await using lab = await PageNetworkLab.open();
    let tokens = 0;
    const { socket, story } = lab.socket({}, async () => `${lab.server.url}?token=${++tokens}`);
    expect(socket.url).toBe('');
    await waitFor(() => expect(story).toEqual(['open']));
    lab.move('now', []);
    lab.invalidate(1);
    await waitFor(() => expect(story.at(-1)).toBe('reconnected network'));
    expect(lab.server.requested).toEqual(['/?token=1', '/?token=2']);
    expect(socket.url).toBe(`${lab.server.url}?token=2`);
  });

  it('that fails is a failed attempt', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await using lab = await PageNetworkLab.open();
    let isRefused = true;
    const { story } = lab.socket({}, async () => {
      if (isRefused) throw new Error('no token');
      return lab.server.url;
    });
    await waitFor(() => expect(story).toContain('close 1006'));
    isRefused = false;
    await waitFor(() => expect(story.at(-1)).toBe('reconnected peer'));
  });
});

describe('while there is no connection, send', () => {
  it('keeps messages in order, as they were, until after the open handlers have sent theirs', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    socket.addEventListener('open', () => socket.send('hello'));
    const bytes = new TextEncoder().encode('one');
    expect([socket.send(bytes), socket.send('two')]).toEqual([true, true]);
    bytes.fill(0);
    expect(socket.bufferedAmount).toBe(6);
    await waitFor(() => expect(lab.server.received).toEqual(['hello', 'one', 'two']));
    expect(story.join()).not.toContain('undelivered');
  });

  it('refuses what has no room, and says so', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket({ maxQueuedBytes: 5, maxQueuedMessages: 2 });
    expect(['äb', 'xyz', 'c', 'd', 'e'].map((data) => socket.send(data))).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect(story).toEqual(['undelivered xyz full', 'undelivered d full', 'undelivered e full']);
    await waitFor(() => expect(lab.server.received).toEqual(['äb', 'c']));
  });

  it('gives up binary messages as blobs, as they were when they were sent', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket } = lab.socket();
    const undelivered: Blob[] = [];
    socket.addEventListener('undelivered', ({ detail }) => undelivered.push(detail.data as Blob));
    const bytes = new TextEncoder().encode('one');
    socket.send(bytes);
    bytes.fill(0);
    socket.close();
    await waitFor(() => expect(undelivered).toHaveLength(1));
    expect(await undelivered[0]?.text()).toBe('one');
  });

  it('takes nothing if so told', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket({ whileDown: 'refuse' });
    expect(socket.send('one')).toBe(false);
    await waitFor(() => expect(story).toEqual(['undelivered one down', 'open']));
  });

  it('gives up what waits when it is closed', async () => {
    await using lab = await PageNetworkLab.open();
    const { socket, story } = lab.socket();
    socket.send('one');
    socket.close();
    expect(socket.send('two')).toBe(false);
    await waitFor(() =>
      expect(story).toEqual(['undelivered two closed', 'error', 'close 1006', 'undelivered one closed']),
    );
  });
});

it.each([
  [{ whileDown: 'drop' }, 'whileDown'],
  [{ maxQueuedBytes: -1 }, 'maxQueuedBytes'],
  [{ maxRetries: Number.NaN }, 'maxRetries'],
  [{ retry: { delaysMs: [] } }, 'retry.delaysMs'],
  [{ retry: { firstDelayMs: -1 } }, 'retry.firstDelayMs'],
  [{ overlapMs: '5' }, 'overlapMs'],
])('refuses the option %j', async (options, field) => {
  await using lab = await PageNetworkLab.open();
  expect(() => lab.socket(options as object)).toThrow(
    expect.objectContaining({
      code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
      message: expect.stringContaining(field),
    }),
  );
});
