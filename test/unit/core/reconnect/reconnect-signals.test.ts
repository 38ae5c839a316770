import { beforeEach, describe, expect, it } from 'vitest';
import type { NetworkState, Path } from '../../../../core/network-types.js';
import { ReconnectSignals } from '../../../../core/reconnect/reconnect-signals.js';
import type { ReconnectSignal } from '../../../../core/reconnect/signal.js';
import { FakeClock } from '../../support/fake-clock.js';
import { changeBetween, ETHERNET, stateWith, WIFI } from '../../support/network-states.js';

let clock: FakeClock;
let state: NetworkState;
let told: ReconnectSignal[];
let signals: ReconnectSignals;

beforeEach(() => {
  clock = new FakeClock();
  state = stateWith(WIFI, 1);
  told = [];
  signals = new ReconnectSignals(
    (signal) => told.push(signal),
    () => state,
    clock,
  );
});

/** The default path becomes another one; `lost`: the previous one is gone. */
function move(path: Path | null, lost: boolean): void {
  const previous = state;
  state = stateWith(path, previous.generation + 1);
  signals.changed(changeBetween(previous, state, lost ? [4] : []));
}

describe('with no connection in doubt', () => {
  it('tells a change at the end of the turn', async () => {
    move(ETHERNET, false);
    expect(told).toEqual([]);
    clock.advance(0);
    expect(told).toEqual([
      { generation: 2, cause: 'path-changed', reason: null, urgency: 'soon', delayMs: 0 },
    ]);
  });

  it('tells to wait when the last path goes, and to go when one appears', async () => {
    move(null, true);
    clock.advance(0);
    move(ETHERNET, false);
    clock.advance(0);
    expect(told.map(({ cause, urgency }) => [cause, urgency])).toEqual([
      ['path-lost', 'wait'],
      ['path-appeared', 'now'],
    ]);
  });

  it('says nothing when only the status changed', async () => {
    const previous = state;
    state = { ...previous, seq: 9, validated: true };
    signals.changed(changeBetween(previous, state));
    clock.advance(0);
    expect(told).toEqual([]);
  });
});

describe('while connections are suspect', () => {
  it('comes after the invalidation, once, with its reason', async () => {
    move(ETHERNET, true);
    signals.suspected(7, 100);
    clock.advance(0);
    expect(told).toEqual([]);
    clock.advance(100);
    signals.invalidated(7, 'link-down');
    expect(told).toEqual([]);
    clock.advance(0);
    expect(told).toEqual([
      { generation: 2, cause: 'invalidated', reason: 'link-down', urgency: 'now', delayMs: 0 },
    ]);
  });

  it('holds no loss against a change of the other family once the lost path is back', () => {
    move(ETHERNET, true);
    signals.suspected(7, 100);
    move(WIFI, true);
    clock.advance(0);
    const previous = state;
    state = { ...previous, generation: 4, defaultPaths: { 4: WIFI, 6: ETHERNET } };
    signals.changed(changeBetween(previous, state));
    signals.settled(7);
    clock.advance(0);
    expect(told).toEqual([
      { generation: 4, cause: 'path-changed', reason: null, urgency: 'soon', delayMs: 0 },
    ]);
  });

  it('waits for connections of the same loss that fall due a little later', async () => {
    move(ETHERNET, true);
    signals.suspected(7, 100);
    signals.suspected(8, 100);
    clock.advance(100);
    signals.invalidated(7, 'link-down');
    clock.advance(0);
    expect(told).toEqual([]);
    clock.advance(2);
    signals.invalidated(8, 'link-down');
    clock.advance(0);
    expect(told).toHaveLength(1);
  });

  it('does not let one undecided connection hold up a loss that is certain', async () => {
    move(ETHERNET, true);
    signals.suspected(7, 100);
    signals.suspected(8, 100);
    clock.advance(100);
    signals.invalidated(7, 'link-down');
    clock.advance(0);
    clock.advance(20);
    expect(told).toHaveLength(1);
  });

  it('says nothing when the path is back before they are decided', async () => {
    move(ETHERNET, true);
    signals.suspected(7, 100);
    clock.advance(0);
    clock.advance(20);
    move(WIFI, false);
    signals.settled(7);
    clock.advance(0);
    clock.advance(1000);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('tells to wait, after the invalidation, when no path is left', async () => {
    move(null, true);
    signals.suspected(7, 100);
    clock.advance(100);
    signals.invalidated(7, 'no-route');
    clock.advance(0);
    expect(told.map(({ cause, urgency }) => [cause, urgency])).toEqual([['path-lost', 'wait']]);
  });

  it('joins changes: a path lost and another found meanwhile is a path to go to', async () => {
    move(null, true);
    signals.suspected(7, 100);
    clock.advance(0);
    move(ETHERNET, false);
    signals.settled(7);
    clock.advance(0);
    expect(told).toEqual([
      { generation: 3, cause: 'path-changed', reason: null, urgency: 'now', delayMs: 0 },
    ]);
  });

  it('does not wait for verdicts that are far off by policy', async () => {
    signals.suspected(7, 1500);
    move(ETHERNET, true);
    clock.advance(0);
    expect(told.map(({ cause }) => cause)).toEqual(['path-changed']);
  });

  it('waits for no verdict longer than half a second', async () => {
    move(ETHERNET, true);
    signals.suspected(7, 100);
    clock.advance(0);
    clock.advance(499);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told.map(({ cause }) => cause)).toEqual(['path-changed']);
  });
});

it('tells of invalidations while the default path stays', async () => {
  signals.suspected(7, 100);
  signals.invalidated(7, 'unreachable');
  signals.invalidated(8, 'no-route');
  clock.advance(0);
  expect(told).toEqual([
    { generation: 1, cause: 'invalidated', reason: 'unreachable', urgency: 'now', delayMs: 0 },
  ]);
});

it('is silent once closed', async () => {
  move(ETHERNET, true);
  signals.suspected(7, 100);
  clock.advance(0);
  signals.close();
  clock.advance(1000);
  signals.invalidated(7, 'link-down');
  clock.advance(0);
  expect(told).toEqual([]);
  expect(clock.pending).toBe(0);
});

describe('after a sleep', () => {
  it('tells once that what waits may go', () => {
    signals.resumed();
    signals.resumed();
    clock.advance(0);
    clock.advance(1000);
    expect(told).toEqual([{ generation: 1, cause: 'resumed', reason: null, urgency: 'now', delayMs: 0 }]);
  });

  it('tells what the network did meanwhile instead, where it did something', () => {
    move(ETHERNET, true);
    signals.resumed();
    clock.advance(0);
    signals.invalidated(1, 'link-down');
    signals.resumed();
    clock.advance(0);
    expect(told.map(({ cause }) => cause)).toEqual(['path-changed', 'invalidated']);
  });

  it('says nothing without a path: its coming will', () => {
    move(null, true);
    clock.advance(0);
    signals.resumed();
    clock.advance(0);
    expect(told.map(({ cause }) => cause)).toEqual(['path-lost']);
  });
});
