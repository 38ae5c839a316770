import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectivitySnapshot } from '../../../ipc/snapshot.js';
import { RoamkitClient } from '../../../renderer/roamkit-client.js';
import { stableSelector } from '../../../renderer/selection.js';
import { shallowEqual } from '../../../renderer/shallow-equal.js';
import { FakeBridge } from './fake-bridge.js';
import { snapshot } from './snapshots.js';

describe('client.select', () => {
  let main: FakeBridge;
  let client: RoamkitClient;

  beforeEach(async () => {
    main = new FakeBridge();
    client = new RoamkitClient(main.bridge);
    await main.answerSnapshot('subscribe', snapshot(0));
  });

  it('wakes its listeners only when what it picks is another value', () => {
    const status = client.select((current) => current.status);
    const listener = vi.fn();
    status.subscribe(listener);
    main.tell('delta', { seq: 1, changed: { generation: 9 } });
    expect(listener).not.toHaveBeenCalled();
    main.tell('delta', { seq: 2, changed: { status: 'offline' } });
    expect(listener).toHaveBeenCalledExactlyOnceWith();
    expect(status.getSnapshot()).toBe('offline');
  });

  it('keeps a value that is made anew each time, as long as its fields are the same', () => {
    const view = client.select(({ status, validated }) => ({ status, validated }));
    const before = view.getSnapshot();
    main.tell('delta', { seq: 1, changed: { generation: 9 } });
    expect(view.getSnapshot()).toBe(before);
    main.tell('delta', { seq: 2, changed: { validated: true } });
    expect(view.getSnapshot()).toEqual({ status: 'online', validated: true });
  });

  it('takes another equality', () => {
    const parity = client.select(
      ({ generation }) => generation,
      (a, b) => a % 2 === b % 2,
    );
    const listener = vi.fn();
    parity.subscribe(listener);
    main.tell('delta', { seq: 1, changed: { generation: 2 } });
    expect(parity.getSnapshot()).toBe(0);
    main.tell('delta', { seq: 2, changed: { generation: 3 } });
    expect(parity.getSnapshot()).toBe(3);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('stops when it is asked to', () => {
    const status = client.select((current) => current.status);
    const listener = vi.fn();
    status.subscribe(listener)();
    main.tell('delta', { seq: 1, changed: { status: 'offline' } });
    expect(listener).not.toHaveBeenCalled();
  });
});

describe('a stable selector', () => {
  let current: ConnectivitySnapshot;

  beforeEach(() => {
    current = snapshot(0);
  });

  it('selects once from one snapshot', () => {
    const selector = vi.fn((from: ConnectivitySnapshot) => ({ from }));
    const read = stableSelector(() => current, selector, Object.is);
    expect(read()).toBe(read());
    expect(selector).toHaveBeenCalledTimes(1);
    current = snapshot(1);
    expect(read()).toEqual({ from: current });
    expect(selector).toHaveBeenCalledTimes(2);
  });

  it('gives the value that is held already, where its own is equal', () => {
    const held = { status: 'online' };
    const read = stableSelector(
      () => current,
      ({ status }) => ({ status }),
      shallowEqual,
      () => ({ value: held }),
    );
    expect(read()).toBe(held);
  });

  it('does not compare with a value that nobody holds', () => {
    const isEqual = vi.fn(() => true);
    stableSelector(() => current, String, isEqual)();
    expect(isEqual).not.toHaveBeenCalled();
  });
});
