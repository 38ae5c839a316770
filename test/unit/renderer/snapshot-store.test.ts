import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectivitySnapshot } from '../../../ipc/snapshot.js';
import { SnapshotStore } from '../../../renderer/snapshot-store.js';
import { snapshot } from './snapshots.js';

const initial = snapshot(0, 0);
const changed = vi.fn<(next: ConnectivitySnapshot, previous: ConnectivitySnapshot) => void>();
const pull = vi.fn<() => void>();
let store: SnapshotStore;

const delta = (seq: number) => ({ seq, changed: { generation: seq } });
const generation = () => store.current.generation;

beforeEach(() => {
  changed.mockReset();
  pull.mockReset();
  store = new SnapshotStore(initial, changed, pull);
});

it('takes the first snapshot', () => {
  store.accept(snapshot(4));
  expect(store.current).toEqual(snapshot(4));
  expect(changed).toHaveBeenCalledExactlyOnceWith(snapshot(4), initial);
});

it('applies deltas in a row', () => {
  store.accept(snapshot(4));
  store.apply(delta(5));
  store.apply(delta(6));
  expect(store.current).toEqual(snapshot(6));
  expect(pull).not.toHaveBeenCalled();
});

it('keeps deltas that come before the first snapshot, and leaves out what that has already', () => {
  for (const seq of [3, 4, 5, 6]) store.apply(delta(seq));
  expect(store.current).toBe(initial);
  store.accept(snapshot(4));
  expect(store.current).toEqual(snapshot(6));
  expect(changed).toHaveBeenCalledTimes(1);
});

it('ignores a delta that it has', () => {
  store.accept(snapshot(4));
  const before = store.current;
  store.apply(delta(4));
  store.apply(delta(2));
  expect(store.current).toBe(before);
  expect(pull).not.toHaveBeenCalled();
});

describe('with a gap in the numbers', () => {
  beforeEach(() => {
    store.accept(snapshot(4));
    store.apply(delta(6));
  });

  it('pulls, and shows nothing half-known meanwhile', () => {
    expect(pull).toHaveBeenCalled();
    expect(generation()).toBe(4);
  });

  it('goes on from the pulled snapshot', () => {
    store.apply(delta(7));
    store.accept(snapshot(6));
    expect(generation()).toBe(7);
    pull.mockReset();
    store.apply(delta(8));
    expect(generation()).toBe(8);
    expect(pull).not.toHaveBeenCalled();
  });

  it('pulls again where the pulled snapshot does not close it', () => {
    store.apply(delta(9));
    pull.mockReset();
    store.accept(snapshot(6));
    expect(generation()).toBe(6);
    expect(pull).toHaveBeenCalledTimes(1);
  });
});

it('does not go back to a snapshot older than what it has', () => {
  store.accept(snapshot(4));
  store.apply(delta(5));
  store.accept(snapshot(4));
  expect(generation()).toBe(5);
});

it('starts anew where another main process numbers from the beginning', () => {
  store.accept(snapshot(40));
  store.restart();
  store.apply(delta(1));
  store.accept(snapshot(0, 99));
  expect(generation()).toBe(1);
});

it('keeps the same object while nothing but the number differs', () => {
  store.accept(snapshot(4, 1));
  const before = store.current;
  store.accept(snapshot(7, 1));
  expect(store.current).toBe(before);
  expect(changed).toHaveBeenCalledTimes(1);
  store.apply({ seq: 8, changed: { generation: 2 } });
  expect(store.current.seq).toBe(8);
  expect(pull).not.toHaveBeenCalled();
});

it('does not keep early deltas without end', () => {
  for (let seq = 1; seq <= 10_000; seq++) store.apply(delta(seq));
  store.accept(snapshot(0, 99));
  // The oldest were given up, which is a gap like any other.
  expect(pull).toHaveBeenCalledTimes(1);
  store.accept(snapshot(10_000));
  expect(generation()).toBe(10_000);
});

it('keeps the identity of each field that a snapshot repeats', () => {
  store.accept(snapshot(4));
  const { links, capabilities } = store.current;
  store.accept(snapshot(5));
  expect(generation()).toBe(5);
  expect(store.current.links).toBe(links);
  expect(store.current.capabilities).toBe(capabilities);
});
