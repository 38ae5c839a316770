// @vitest-environment happy-dom
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { type UseRoamingWebSocketOptions, useRoamingWebSocket } from '../../../../renderer/react/index.js';
import type { Fresh } from '../../../../renderer/roaming-web-socket-options.js';
import { EchoServer, PageNetworkLab } from '../page-network-lab.js';

let lab: PageNetworkLab;

beforeEach(async () => {
  lab = await PageNetworkLab.open();
});

afterEach(async () => {
  cleanup();
  await lab[Symbol.asyncDispose]();
});

interface Props extends UseRoamingWebSocketOptions {
  readonly url?: Fresh<string | URL> | null;
}

function hook(initialProps: Props = {}, wrapper?: typeof StrictMode) {
  return renderHook(
    ({ url = lab.server.url, ...options }: Props) =>
      useRoamingWebSocket(url, {
        WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
        retry: { delaysMs: [1], jitterPercent: 0 },
        ...options,
      }),
    { initialProps, ...(wrapper === undefined ? {} : { wrapper }) },
  );
}

it('opens with the component, and closes with it', async () => {
  const onMessage = vi.fn();
  const { result, unmount } = hook({ onMessage: ({ data }) => onMessage(data) });
  expect(result.current).toMatchObject({ state: 'connecting', lastClose: null });
  expect(result.current.send('early')).toBe(true);
  await waitFor(() => expect(result.current.state).toBe('open'));
  await waitFor(() => expect(onMessage.mock.calls).toEqual([['early']]));
  unmount();
  await waitFor(() => expect(lab.server.server.clients.size).toBe(0));
});

it('is open once in StrictMode too', async () => {
  const { result } = hook({}, StrictMode);
  await waitFor(() => expect(result.current.state).toBe('open'));
  expect(lab.server.connections).toHaveLength(1);
});

it('says how it was lost, comes back, and keeps its send', async () => {
  const { result } = hook();
  await waitFor(() => expect(result.current.state).toBe('open'));
  const { send } = result.current;
  act(() => {
    lab.move('now', []);
    lab.invalidate(1);
  });
  expect(result.current).toMatchObject({
    state: 'reconnecting',
    lastClose: { code: 1006, reason: 'link-down', wasClean: false },
  });
  expect(send('kept')).toBe(true);
  await waitFor(() => expect(result.current.state).toBe('open'));
  expect(result.current.lastClose?.reason).toBe('link-down');
  expect(result.current.send).toBe(send);
  await waitFor(() => expect(lab.server.received).toEqual(['kept']));
});

it('is closed once it has given up, and takes nothing then', async () => {
  const onUndelivered = vi.fn();
  const { result } = hook({
    url: 'ws://127.0.0.1:1',
    maxRetries: 1,
    onUndelivered: ({ detail }) => onUndelivered(detail),
  });
  await waitFor(() => expect(result.current.state).toBe('closed'));
  expect(result.current.send('late')).toBe(false);
  expect(onUndelivered).toHaveBeenCalledExactlyOnceWith({ data: 'late', reason: 'closed' });
});

it('opens another socket for another URL, none for null, and the same for a function written inline', async () => {
  await using other = await EchoServer.listen();
  const { result, rerender } = hook();
  await waitFor(() => expect(result.current.state).toBe('open'));
  rerender({ url: lab.server.url });
  rerender({ url: new URL(other.url) });
  expect(result.current.state).toBe('connecting');
  await waitFor(() => expect(result.current.state).toBe('open'));
  expect([lab.server.connections.length, other.connections.length]).toEqual([1, 1]);
  rerender({ url: null });
  expect(result.current.state).toBe('closed');
  expect(result.current.send('nowhere')).toBe(false);
  rerender({ url: async () => `${other.url}?first` });
  await waitFor(() => expect(result.current.state).toBe('open'));
  rerender({ url: async () => `${other.url}?second` });
  other.connections[1]?.terminate();
  await waitFor(() => expect(other.requested).toEqual(['/', '/?first', '/?second']));
});

it('calls the handlers of the latest render', async () => {
  const calls: string[] = [];
  const named = (name: string): Props => ({
    onOpen: () => calls.push(`${name} open`),
    onMessage: ({ data }) => calls.push(`${name} ${data}`),
    onClose: ({ code }) => calls.push(`${name} close ${code}`),
  });
  const { result, rerender } = hook(named('first'));
  await waitFor(() => expect(calls).toEqual(['first open']));
  rerender(named('second'));
  result.current.send('hello');
  await waitFor(() => expect(calls.at(-1)).toBe('second hello'));
  lab.server.connections[0]?.close(4001);
  await waitFor(() => expect(calls.slice(-2)).toEqual(['second close 4001', 'second open']));
});
