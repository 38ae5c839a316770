import { expect, it, vi } from 'vitest';
import { contract } from '../../../ipc/contract.js';
import { createBridge, type PageIpc } from '../../../preload/create-bridge.js';

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

it('exposes functions only, one for each channel of the contract', () => {
  const bridge = createBridge(fakeIpc());
  expect(Object.values(bridge).every((value) => typeof value === 'function')).toBe(true);
  expect(Object.keys(bridge).sort()).toEqual(
    [
      'version',
      ...Object.keys(contract.requests),
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
