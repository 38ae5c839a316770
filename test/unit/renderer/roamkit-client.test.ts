import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RoamkitError } from '../../../core/errors.js';
import { contract } from '../../../ipc/contract.js';
import { IpcRefusedError } from '../../../ipc/refused-error.js';
import { type ConnectivityChange, RoamkitClient } from '../../../renderer/roamkit-client.js';
import { FakeBridge, refusal } from './fake-bridge.js';
import { snapshot } from './snapshots.js';

let main: FakeBridge;
let client: RoamkitClient;

beforeEach(() => {
  main = new FakeBridge();
  client = new RoamkitClient(main.bridge);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const asked = (name: string) => main.requests.filter((request) => request.name === name).length;

describe('a client with a bridge', () => {
  it('subscribes by itself, and is ready with the first snapshot', async () => {
    expect(client.getSnapshot().status).toBe('unknown');
    await main.answerSnapshot('subscribe', snapshot(0, 5));
    expect(await client.ready).toEqual(snapshot(0, 5));
    expect(client.getSnapshot()).toBe(await client.ready);
  });

  it('tells changes, and keeps the snapshot stable in between', async () => {
    await main.answerSnapshot('subscribe', snapshot(0));
    const changes: ConnectivityChange[] = [];
    const listener = vi.fn();
    client.on('change', (change) => changes.push(change));
    client.subscribe(listener);
    const before = client.getSnapshot();
    main.tell('delta', { seq: 1, changed: { status: 'offline' } });
    expect(changes).toEqual([{ previous: before, next: client.getSnapshot() }]);
    expect(client.getSnapshot()).toMatchObject({ seq: 1, status: 'offline' });
    expect(client.getSnapshot()).toBe(client.getSnapshot());
    expect(listener).toHaveBeenCalledExactlyOnceWith();
  });

  it('puts deltas that overtake the first snapshot in their place', async () => {
    main.tell('delta', { seq: 1, changed: { status: 'offline' } });
    main.tell('delta', { seq: 2, changed: { generation: 9 } });
    await main.answerSnapshot('subscribe', snapshot(1, 5));
    expect(client.getSnapshot()).toMatchObject({ seq: 2, status: 'online', generation: 9 });
  });

  it('pulls a snapshot once when a delta is missing', async () => {
    await main.answerSnapshot('subscribe', snapshot(0));
    main.tell('delta', { seq: 2, changed: { generation: 2 } });
    main.tell('delta', { seq: 3, changed: { generation: 3 } });
    expect(asked('snapshot')).toBe(1);
    await main.answerSnapshot('snapshot', snapshot(3));
    expect(client.getSnapshot()).toEqual(snapshot(3));
    expect(asked('snapshot')).toBe(1);
  });

  it('pulls again at the next delta where a pull was not answered', async () => {
    await main.answerSnapshot('subscribe', snapshot(0));
    main.tell('delta', { seq: 2, changed: { generation: 2 } });
    await main.answer('snapshot', refusal('rate'));
    main.tell('delta', { seq: 3, changed: { generation: 3 } });
    await main.answerSnapshot('snapshot', snapshot(3));
    expect(client.getSnapshot()).toEqual(snapshot(3));
  });

  it('passes events on until their handler is taken back', () => {
    const handler = vi.fn();
    const takeBack = client.on('reconnect', handler);
    const signal = {
      generation: 1,
      cause: 'path-appeared',
      reason: null,
      urgency: 'now',
      delayMs: 3,
    } as const;
    main.tell('reconnect', signal);
    takeBack();
    main.tell('reconnect', signal);
    expect(handler).toHaveBeenCalledExactlyOnceWith(signal);
  });

  it('gives it all up when it is closed', async () => {
    await main.answerSnapshot('subscribe', snapshot(0));
    const listener = vi.fn();
    client.subscribe(listener);
    client.close();
    client.close();
    main.tell('delta', { seq: 1, changed: { status: 'offline' } });
    expect(main.handlerCount).toBe(0);
    expect(asked('unsubscribe')).toBe(1);
    expect(listener).not.toHaveBeenCalled();
  });
});

describe('a client', () => {
  it('listens for what concerns connections only while somebody listens for it', () => {
    const before = main.handlerCount;
    const stops = [client.on('reconnect', () => {}), client.on('reconnect', () => {})];
    expect(main.handlerCount).toBe(before + 1);
    stops.push(client.on('invalidated', () => {}));
    expect(main.handlerCount).toBe(before + 2);
    for (const stop of stops) stop();
    for (const stop of stops) stop();
    expect(main.handlerCount).toBe(before);
    client.close();
    client.on('reconnect', () => {});
    expect(main.handlerCount).toBe(0);
  });

  it('lets go of what it tracked when it is closed, and of what it is to track by then', async () => {
    const first = client.track('wss://example.com');
    await main.answer('track', { ok: true, value: { id: 7, generation: 1 } });
    const late = client.track('wss://example.org');
    client.close();
    await main.answer('track', { ok: true, value: { id: 8, generation: 1 } });
    for (const connection of [await first, await late]) connection.untrack();
    expect(main.requests.filter(({ name }) => name === 'untrack').map(({ input }) => input)).toEqual([
      { id: 7 },
      { id: 8 },
    ]);
  });
});

describe('a connection that the page tracks', () => {
  it('is suspect when main says so, and not where main says nothing', async () => {
    const tracking = client.track('wss://example.com');
    await main.answer('track', { ok: true, value: { id: 7, generation: 1 } });
    const connection = await tracking;
    const answers = [
      { ok: true, value: true },
      { ok: true, value: false },
      refusal('rate'),
      new Error('gone'),
    ] as const;
    for (const answer of answers) {
      const isSuspect = connection.isSuspect();
      await main.answer('isSuspect', answer);
      expect(await isSuspect).toBe(answer === answers[0]);
    }
    expect(main.requests.at(-1)).toEqual({ name: 'isSuspect', input: { id: 7 } });
  });
});

describe('where main does not answer', () => {
  it('is ready with what the page knows, and connects once roamkit is started', async () => {
    await main.answer('subscribe', new Error("No handler registered for 'roamkit:subscribe'"));
    expect((await client.ready).capabilities).toMatchObject({
      backend: 'none',
      missing: ['roamkit is not started in the main process'],
    });
    main.tell('started', null);
    await main.answerSnapshot('subscribe', snapshot(0, 5));
    expect(client.getSnapshot()).toEqual(snapshot(0, 5));
  });

  it('starts anew when main was started again', async () => {
    await main.answerSnapshot('subscribe', snapshot(0, 5));
    for (const seq of [1, 2, 3]) main.tell('delta', { seq, changed: { generation: 5 + seq } });
    main.tell('started', null);
    await main.answerSnapshot('subscribe', snapshot(0, 1));
    main.tell('delta', { seq: 1, changed: { generation: 2 } });
    expect(client.getSnapshot()).toMatchObject({ seq: 1, generation: 2 });
  });

  it('ignores the answer to an earlier subscription', async () => {
    main.tell('started', null);
    await main.answerSnapshot('subscribe', snapshot(7));
    expect(client.getSnapshot().capabilities.backend).toBe('none');
    await main.answerSnapshot('subscribe', snapshot(0, 1));
    expect(client.getSnapshot()).toEqual(snapshot(0, 1));
  });

  it('says why it was refused', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await main.answer('subscribe', refusal('origin'));
    expect((await client.ready).capabilities.missing).toEqual(['refused: origin']);
    expect(client.refusal).toMatchObject({ code: 'ERR_ROAMKIT_IPC_REFUSED', reason: 'origin' });
    expect(warn).toHaveBeenCalledWith('roamkit: refused: origin');
  });
});

describe('track', () => {
  it('sends the peer of a URL and nothing else of it', async () => {
    const tracked = client.track('wss://user:secret@example.com:8443/path?token=1', { label: 'chat' });
    await main.answer('track', { ok: true, value: { id: 7 } });
    expect((await tracked).id).toBe(7);
    expect(main.requests).toContainEqual({
      name: 'track',
      input: { url: 'wss://example.com:8443', label: 'chat' },
    });
  });

  it('takes a URL object, or a host and port', () => {
    void client.track(new URL('https://example.com/a'));
    void client.track({ host: '2001:db8::1', port: 80 });
    expect(main.requests.slice(1).map(({ input }) => input)).toEqual([
      { url: 'https://example.com' },
      { host: '2001:db8::1', port: 80 },
    ]);
  });

  it('untracks once', async () => {
    const tracked = client.track('wss://example.com');
    await main.answer('track', { ok: true, value: { id: 7 } });
    const connection = await tracked;
    connection.untrack();
    connection.untrack();
    expect(main.requests.filter(({ name }) => name === 'untrack')).toEqual([
      { name: 'untrack', input: { id: 7 } },
    ]);
  });

  it('rejects with a coded error where it is refused', async () => {
    const failed = client.track('wss://example.com').catch((error: unknown) => error);
    await main.answer('track', refusal('limit'));
    expect(await failed).toBeInstanceOf(IpcRefusedError);
    expect(await failed).toMatchObject({ code: 'ERR_ROAMKIT_IPC_REFUSED', reason: 'limit' });
  });

  it('rejects a URL that is none', async () => {
    await expect(client.track('not a url')).rejects.toThrow(TypeError);
  });
});

describe('portals', () => {
  it('asks for a new look, and resolves to the status it gave', async () => {
    const status = client.recheckPortal();
    await main.answer('recheckPortal', { ok: true, value: 'portal' });
    expect(await status).toBe('portal');
  });

  it('asks for the sign-in window, and resolves to whether it is open', async () => {
    const isOpen = client.openPortal();
    await main.answer('openPortal', { ok: true, value: true });
    expect(await isOpen).toBe(true);
  });

  it('rejects with a coded error where it is refused', async () => {
    const failed = client.openPortal().catch((error: unknown) => error);
    await main.answer('openPortal', refusal('rate'));
    expect(await failed).toMatchObject({ code: 'ERR_ROAMKIT_IPC_REFUSED', reason: 'rate' });
  });
});

describe('without a bridge', () => {
  it.each([
    ['on a server, where there is no window', undefined, 'unknown'],
    ['in a browser that says it is online', { onLine: true }, 'unknown'],
    ['in a browser that says it is offline', { onLine: false }, 'offline'],
  ])('%s', async (_where, navigator, status) => {
    vi.stubGlobal('navigator', navigator);
    const alone = new RoamkitClient(undefined);
    expect(await alone.ready).toMatchObject({ status, capabilities: { backend: 'none' } });
    expect(alone.getSnapshot()).toBe(alone.getSnapshot());
  });

  it('follows the online and offline events', () => {
    const window = new EventTarget();
    vi.stubGlobal('window', window);
    vi.stubGlobal('navigator', { onLine: true });
    const alone = new RoamkitClient(undefined);
    const statuses: string[] = [];
    alone.on('change', ({ next }) => statuses.push(next.status));
    vi.stubGlobal('navigator', { onLine: false });
    window.dispatchEvent(new Event('offline'));
    vi.stubGlobal('navigator', { onLine: true });
    window.dispatchEvent(new Event('online'));
    alone.close();
    vi.stubGlobal('navigator', { onLine: false });
    window.dispatchEvent(new Event('offline'));
    expect(statuses).toEqual(['offline', 'unknown']);
  });

  it('knows no more of portals than of the network, and opens none', async () => {
    const alone = new RoamkitClient(undefined);
    expect(await alone.recheckPortal()).toBe(alone.getSnapshot().status);
    expect(await alone.openPortal()).toBe(false);
  });

  it('tracks nothing, without an error', async () => {
    const connection = await new RoamkitClient(undefined).track('wss://example.com');
    expect(connection.id).toBe(0);
    connection.untrack();
  });
});

describe('among other versions of roamkit', () => {
  it('uses no bridge of another version, and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const other = new FakeBridge();
    other.version = '0.0';
    const skewed = new RoamkitClient(other.bridge);
    const why = `this page has roamkit ${contract.version}, its preload script 0.0: use the same in both`;
    expect((await skewed.ready).capabilities).toMatchObject({ backend: 'none', missing: [why] });
    expect(skewed.refusal).toBeInstanceOf(RoamkitError);
    expect(skewed.refusal).toMatchObject({
      code: 'ERR_ROAMKIT_IPC_REFUSED',
      reason: 'version',
      message: why,
    });
    expect((await skewed.track('wss://example.com')).id).toBe(0);
    skewed.close();
    expect(other.requests).toEqual([]);
    expect(other.handlerCount).toBe(0);
    expect(warn).toHaveBeenCalledWith(`roamkit: ${why}`);
  });

  it('asks no main process of another version for anything, until one of its own is there', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await main.answer('subscribe', refusal('version'));
    expect((await client.ready).capabilities.missing).toEqual(['refused: version']);
    expect(client.refusal).toMatchObject({ reason: 'version' });
    expect((await client.track('wss://example.com')).id).toBe(0);
    expect(asked('track')).toBe(0);
    main.tell('started', null);
    await main.answerSnapshot('subscribe', snapshot(0));
    expect(client.refusal).toBeNull();
    void client.track('wss://example.com');
    expect(asked('track')).toBe(1);
  });

  it('takes something else under the name of the bridge for no bridge', async () => {
    const alone = new RoamkitClient({} as never);
    expect((await alone.ready).capabilities.missing).toEqual([expect.stringContaining('no bridge')]);
    expect(alone.refusal).toBeNull();
  });
});
