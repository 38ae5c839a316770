import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { NetworkState } from '../../../../core/network-types.js';
import { SnapshotSource } from '../../../../main/electron/snapshot-source.js';
import { type SendEvent, WindowChannel } from '../../../../main/electron/window-channel.js';
import { FakeClock } from '../../support/fake-clock.js';
import { CAPABILITIES, ETHERNET, SETTINGS, stateWith, WIFI } from '../../support/network-states.js';

let clock: FakeClock;
let state: NetworkState;
let sent: { readonly event: string; readonly payload: unknown; readonly at: number }[];
let channel: WindowChannel;

beforeEach(() => {
  clock = new FakeClock();
  state = stateWith(WIFI, 1);
  sent = [];
  const send: SendEvent = (event, payload) => sent.push({ event, payload, at: clock.now() });
  const source = new SnapshotSource(() => state, CAPABILITIES, SETTINGS);
  channel = new WindowChannel(source, send, clock);
});

/** The network is another one. */
function become(generation: number): void {
  state = stateWith(generation % 2 === 0 ? ETHERNET : WIFI, generation);
  channel.stateChanged();
}

const seqs = () => sent.map(({ payload }) => (payload as { seq?: number }).seq);
const signal = { generation: 1, cause: 'path-changed', reason: null, urgency: 'soon', delayMs: 0 } as const;

describe('before a page subscribes', () => {
  it('sends nothing', () => {
    become(2);
    channel.tell('reconnect', signal);
    clock.advance(1000);
    expect(sent).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('answers with what is true now', () => {
    become(2);
    expect(channel.snapshot()).toMatchObject({ seq: 0, generation: 2 });
    become(3);
    expect(channel.subscribe()).toMatchObject({ seq: 0, generation: 3 });
    become(4);
    expect(sent[0]?.payload).toMatchObject({ seq: 1, changed: { generation: 4 } });
  });
});

describe('state', () => {
  beforeEach(() => {
    channel.subscribe();
  });

  it('goes out at once, numbered, with the changed fields only', () => {
    become(2);
    const path = { link: 'eth0', ifindex: 3, gateway: null, source: null };
    expect(sent).toEqual([
      {
        event: 'delta',
        at: 1000,
        payload: {
          seq: 1,
          changed: {
            generation: 2,
            defaultPaths: { 4: path, 6: null },
            links: [expect.objectContaining({ name: 'eth0' })],
          },
        },
      },
    ]);
  });

  it('goes out at most once a frame after that, and then as it is', () => {
    for (let generation = 2; generation <= 101; generation++) {
      become(generation);
      clock.advance(1);
    }
    clock.advance(100);
    const times = sent.map(({ at }) => at);
    expect(times.every((at, index) => index === 0 || at - (times[index - 1] ?? 0) >= 16)).toBe(true);
    expect(sent.length).toBeLessThanOrEqual(8);
    expect(seqs()).toEqual(sent.map((_, index) => index + 1));
    expect(sent.at(-1)?.payload).toMatchObject({ changed: { generation: 101 } });
  });

  it('is not sent when it is again what the page knows', () => {
    become(2);
    become(3);
    state = stateWith(ETHERNET, 2, 77);
    channel.stateChanged();
    clock.advance(100);
    expect(seqs()).toEqual([1]);
  });

  it('is not sent when nothing in it concerns a page', () => {
    state = { ...state, seq: 2, addresses: [], rules: [] };
    channel.stateChanged();
    expect(sent).toEqual([]);
  });

  it('is sent before a snapshot that includes it, so that no number is missing for anyone', () => {
    become(2);
    become(3);
    expect(seqs()).toEqual([1]);
    expect(channel.snapshot()).toMatchObject({ seq: 2, generation: 3 });
    expect(seqs()).toEqual([1, 2]);
    clock.advance(100);
    expect(seqs()).toEqual([1, 2]);
  });

  it('stops with the subscription, and what waits with it', () => {
    become(2);
    become(3);
    channel.unsubscribe();
    clock.advance(100);
    expect(seqs()).toEqual([1]);
    expect(clock.pending).toBe(0);
  });
});

describe('a hidden page', () => {
  beforeEach(() => {
    channel.subscribe();
  });

  it('that wants nothing gets nothing, and all it missed as one delta when it is shown', () => {
    channel.deliver('none');
    for (let generation = 2; generation <= 5; generation++) become(generation);
    channel.tell('reconnect', signal);
    clock.advance(100);
    expect(sent).toEqual([]);
    channel.deliver('all');
    expect(sent.map(({ payload }) => payload)).toEqual([
      { seq: 1, changed: expect.objectContaining({ generation: 5 }) },
    ]);
  });

  it('is not sent what waited for its frame to end when it was hidden', () => {
    become(2);
    become(3);
    channel.deliver('none');
    clock.advance(100);
    expect(seqs()).toEqual([1]);
    expect(clock.pending).toBe(0);
  });

  it('that missed nothing is sent nothing when it is shown', () => {
    channel.deliver('none');
    channel.deliver('all');
    expect(sent).toEqual([]);
  });

  it('that reconnects is told of signals, each after the state that it belongs to', () => {
    channel.deliver('reconnecting');
    state = { ...state, validated: true };
    channel.stateChanged();
    expect(sent).toEqual([]);
    channel.tell('reconnect', signal);
    expect(sent.map(({ event }) => event)).toEqual(['delta', 'reconnect']);
    expect(sent[0]?.payload).toEqual({ seq: 1, changed: { validated: true } });
  });

  it('that reconnects is told of another status or generation, since they decide whether to try', () => {
    channel.deliver('reconnecting');
    become(2);
    clock.advance(100);
    state = { ...state, status: 'limited' };
    channel.stateChanged();
    expect(sent.map(({ payload }) => payload)).toMatchObject([
      { changed: { generation: 2 } },
      { changed: { status: 'limited' } },
    ]);
  });

  it('that subscribes anew is told all until it says otherwise', () => {
    channel.deliver('none');
    channel.subscribe();
    become(2);
    expect(seqs()).toEqual([1]);
  });
});

describe('events that must not be lost', () => {
  beforeEach(() => {
    channel.subscribe();
  });

  it('are never conflated', () => {
    for (let i = 0; i < 50; i++) channel.tell('reconnect', signal);
    expect(sent).toHaveLength(50);
  });

  it('wait, in their order, while they are held', () => {
    channel.hold();
    channel.tell('invalidated', {} as never);
    channel.tell('reconnect', signal);
    expect(sent).toEqual([]);
    channel.release();
    channel.tell('reconnect', signal);
    expect(sent.map(({ event }) => event)).toEqual(['invalidated', 'reconnect', 'reconnect']);
  });
});

it('computes a change once, however many windows there are', () => {
  const read = vi.fn(() => state);
  const source = new SnapshotSource(read, CAPABILITIES, SETTINGS);
  const payloads: unknown[] = [];
  const send: SendEvent = (_event, payload) => payloads.push(payload);
  const channels = Array.from({ length: 10 }, () => new WindowChannel(source, send, clock));
  for (const each of channels) each.subscribe();
  state = stateWith(ETHERNET, 2);
  for (const each of channels) each.stateChanged();
  expect(source.computed).toEqual({ snapshots: 2, deltas: 1 });
  const changes = payloads.map((payload) => (payload as { changed: unknown }).changed);
  expect(changes).toHaveLength(10);
  expect(new Set(changes).size).toBe(1);
});
