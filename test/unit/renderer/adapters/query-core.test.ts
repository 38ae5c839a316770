import { onlineManager, QueryClient } from '@tanstack/query-core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onlineListener } from '../../../../renderer/adapters/index.js';
import type { FakeBridge } from '../fake-bridge.js';
import { leavePage, pageWithBridge } from '../page-with-bridge.js';

let main: FakeBridge;

beforeEach(async () => {
  main = await pageWithBridge();
});

afterEach(() => {
  onlineManager.setEventListener(() => () => {});
  onlineManager.setOnline(true);
  leavePage();
});

it.each(['offline', 'local', 'portal'] as const)(
  'pauses queries while the status is %s, and goes on when there is a way to the internet',
  async (status) => {
    onlineManager.setEventListener(onlineListener());
    main.tell('delta', { seq: 1, changed: { status } });
    const query = vi.fn(async () => 'answer');
    const client = new QueryClient();
    client.mount();
    const answer = client.fetchQuery({ queryKey: ['question'], queryFn: query });
    await vi.waitFor(() => expect(client.getQueryState(['question'])?.fetchStatus).toBe('paused'));
    expect(query).not.toHaveBeenCalled();
    main.tell('delta', { seq: 2, changed: { status: 'limited' } });
    expect(await answer).toBe('answer');
    client.unmount();
  },
);

it('tells at once what is so already', () => {
  main.tell('delta', { seq: 1, changed: { status: 'offline' } });
  onlineManager.setEventListener(onlineListener());
  expect(onlineManager.isOnline()).toBe(false);
});

it('lets the application decide what is online', () => {
  onlineManager.setEventListener(onlineListener(({ status }) => status !== 'offline'));
  main.tell('delta', { seq: 1, changed: { status: 'local' } });
  expect(onlineManager.isOnline()).toBe(true);
});

it('stops when another listener takes its place', () => {
  onlineManager.setEventListener(onlineListener());
  onlineManager.setEventListener(() => () => {});
  main.tell('delta', { seq: 1, changed: { status: 'offline' } });
  expect(onlineManager.isOnline()).toBe(true);
});
