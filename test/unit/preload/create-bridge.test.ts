import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RoamkitBridge } from '../../../ipc/bridge.js';
import { contract } from '../../../ipc/contract.js';
import { createBridge as bridgeOf, type PageIpc } from '../../../preload/create-bridge.js';

type Listener = (event: unknown, ...args: unknown[]) => void;

/** What Electron's `ipcRenderer` does, as far as the bridge uses it. */
function fakeIpc() {
  const listeners = new Map<string, Listener[]>();
  const invoke = vi.fn<PageIpc['invoke']>(async () => ({ ok: true, value: null }));
  return {
    invoke,
    on: (channel: string, listener: Listener) =>
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
    emit(channel: string, payload: unknown) {
      for (const listener of listeners.get(channel) ?? []) listener({ sender: 'secret' }, payload);
    },
    count: (channel: string) => listeners.get(channel)?.length ?? 0,
  };
}

/** A page's document, as far as the bridge uses it. */
class FakePage extends EventTarget {
  visibilityState = 'visible';

  show(isVisible: boolean): void {
    this.visibilityState = isVisible ? 'visible' : 'hidden';
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const createBridge = (ipc: PageIpc, page = new FakePage()) => bridgeOf(ipc, page);

it('exposes functions only, one for each channel of the contract that is for pages', () => {
  const bridge = createBridge(fakeIpc());
  expect(Object.values(bridge).every((value) => typeof value === 'function')).toBe(true);
  expect(Object.keys(bridge).sort()).toEqual(
    [
      'version',
      ...Object.keys(contract.requests).filter((name) => name !== 'deliver'),
      ...Object.keys(contract.events).map((name) => `on${name.charAt(0).toUpperCase()}${name.slice(1)}`),
    ].sort(),
  );
});

it('puts the version of its contract and one input into each request', async () => {
  const ipc = fakeIpc();
  const bridge = createBridge(ipc);
  await bridge.track({ url: 'wss://example.com' });
  await bridge.subscribe();
  expect(ipc.invoke.mock.calls).toEqual([
    ['roamkit:track', contract.version, { url: 'wss://example.com' }],
    ['roamkit:subscribe', contract.version, null],
  ]);
});

it('passes no more than one argument on, whatever a page hands in', async () => {
  const ipc = fakeIpc();
  const bridge = createBridge(ipc) as unknown as Record<string, (...args: unknown[]) => unknown>;
  await bridge['untrack']?.({ id: 1 }, 'more', 'and more');
  expect(ipc.invoke).toHaveBeenCalledWith('roamkit:untrack', contract.version, { id: 1 });
});

it("gives handlers the payload and not Electron's event", () => {
  const ipc = fakeIpc();
  const handler = vi.fn();
  createBridge(ipc).onDelta(handler);
  ipc.emit('roamkit:delta', { seq: 1, changed: {} });
  expect(handler.mock.calls).toEqual([[{ seq: 1, changed: {} }]]);
});

it('stops calling a handler that was taken back, and only that one', () => {
  const ipc = fakeIpc();
  const { onReconnect } = createBridge(ipc);
  const handler = vi.fn();
  const takeBack = onReconnect(handler);
  onReconnect(handler);
  takeBack();
  takeBack();
  ipc.emit('roamkit:reconnect', {});
  expect(handler).toHaveBeenCalledTimes(1);
});

it('keeps one listener a channel, however many handlers a page registers', () => {
  const ipc = fakeIpc();
  const { onInvalidated } = createBridge(ipc);
  for (let i = 0; i < 1000; i++) onInvalidated(() => {});
  expect(ipc.count('roamkit:invalidated')).toBe(1);
});

describe('what main is told to tell', () => {
  let ipc: ReturnType<typeof fakeIpc>;
  let page: FakePage;
  let bridge: RoamkitBridge;

  beforeEach(() => {
    vi.useFakeTimers();
    ipc = fakeIpc();
    page = new FakePage();
    bridge = createBridge(ipc, page);
    bridge.onDelta(() => {});
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** The deliveries asked for, in their order, and subscriptions between them. */
  const asked = () =>
    ipc.invoke.mock.calls.map(([channel, , input]) =>
      channel === 'roamkit:deliver' ? (input as { what: string }).what : channel.replace('roamkit:', ''),
    );

  it('is nothing before the page subscribes, however it is shown and hidden', () => {
    page.show(false);
    page.show(true);
    bridge.onReconnect(() => {});
    expect(asked()).toEqual([]);
  });

  it('is nothing to a hidden page that does not listen, and all when it is shown', () => {
    void bridge.subscribe();
    page.show(false);
    page.show(true);
    expect(asked()).toEqual(['subscribe', 'none', 'all']);
  });

  it('is what concerns connections to a hidden page that listens for it, as long as it does', () => {
    void bridge.subscribe();
    const stop = bridge.onReconnect(() => {});
    page.show(false);
    const stopOther = bridge.onInvalidated(() => {});
    stop();
    stopOther();
    page.show(true);
    expect(asked()).toEqual(['subscribe', 'reconnecting', 'none', 'all']);
  });

  it('is said again with each subscription, to a main process that was started anew', () => {
    page.show(false);
    void bridge.subscribe();
    void bridge.subscribe();
    expect(asked()).toEqual(['subscribe', 'none', 'subscribe', 'none']);
  });

  it('is said again later where the window asked too often', async () => {
    void bridge.subscribe();
    ipc.invoke.mockResolvedValueOnce({ ok: false, error: { reason: 'rate' } });
    page.show(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked()).toEqual(['subscribe', 'none', 'none']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked()).toHaveLength(3);
  });

  it('ends with the last client of the page and not with the first', async () => {
    const stopOther = bridge.onDelta(() => {});
    void bridge.subscribe();
    stopOther();
    expect(await bridge.unsubscribe()).toEqual({ ok: true, value: null });
    expect(asked()).toEqual(['subscribe']);
  });

  it('is nothing once nobody is subscribed', async () => {
    const ownIpc = fakeIpc();
    const own = createBridge(ownIpc, page);
    const stop = own.onDelta(() => {});
    void own.subscribe();
    stop();
    await own.unsubscribe();
    page.show(false);
    expect(ownIpc.invoke.mock.calls.map(([channel]) => channel)).toEqual([
      'roamkit:subscribe',
      'roamkit:unsubscribe',
    ]);
  });
});
