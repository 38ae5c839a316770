import { get } from 'svelte/store';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectivityStore } from '../../../../renderer/adapters/index.js';
import { getRoamkit } from '../../../../renderer/get-roamkit.js';
import type { FakeBridge } from '../fake-bridge.js';
import { leavePage, pageWithBridge } from '../page-with-bridge.js';

let main: FakeBridge;

beforeEach(async () => {
  main = await pageWithBridge();
});

afterEach(leavePage);

it('is a store to Svelte', () => {
  expect(get(connectivityStore())).toBe(getRoamkit().getSnapshot());
  expect(get(connectivityStore(({ status }) => status))).toBe('online');
});

it('gives the value at once, then each other one, until it is stopped', () => {
  const run = vi.fn();
  const stop = connectivityStore(({ status }) => status).subscribe(run);
  expect(run.mock.calls).toEqual([['online']]);
  main.tell('delta', { seq: 1, changed: { generation: 5 } });
  main.tell('delta', { seq: 2, changed: { status: 'local' } });
  stop();
  main.tell('delta', { seq: 3, changed: { status: 'offline' } });
  expect(run.mock.calls).toEqual([['online'], ['local']]);
});
