import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GraceTimers } from '../../../../../main/registry/doubts/grace-timers.js';

let due: (readonly string[])[];
let timers: GraceTimers<string>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  due = [];
  timers = new GraceTimers((items) => due.push(items));
});
afterEach(() => vi.useRealTimers());

/** Lets what waits for the end of the turn happen. */
const endOfTurn = () => Promise.resolve().then(() => {});

it('hands over when the time is up, not sooner', () => {
  timers.schedule('a', 100);
  vi.advanceTimersByTime(99);
  expect(due).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(due).toEqual([['a']]);
});

it('hands over together what falls due together', () => {
  for (const item of ['a', 'b', 'c']) timers.schedule(item, 50);
  timers.schedule('later', 60);
  vi.advanceTimersByTime(60);
  expect(due).toEqual([['a', 'b', 'c'], ['later']]);
});

it('waits a little for what falls due a little later, and hands over both together', () => {
  for (const [item, delayMs] of [
    ['a', 50],
    ['b', 53],
    ['c', 55],
    ['d', 56],
  ] as const)
    timers.schedule(item, delayMs);
  vi.advanceTimersByTime(54);
  expect(due).toEqual([]);
  vi.advanceTimersByTime(1);
  // The next would be a little later than these again, and so for ever.
  expect(due).toEqual([['a', 'b', 'c']]);
  vi.advanceTimersByTime(1);
  expect(due).toEqual([['a', 'b', 'c'], ['d']]);
});

it('does not wait for what is cancelled', () => {
  timers.schedule('a', 50);
  timers.schedule('b', 54);
  vi.advanceTimersByTime(51);
  timers.cancel('b');
  vi.advanceTimersByTime(3);
  expect(due).toEqual([['a']]);
});

it('leaves what falls due during a handover to no timer of its own', () => {
  const startedAt = performance.now();
  const busy = new GraceTimers<string>((items) => {
    due.push(items);
    vi.spyOn(performance, 'now').mockReturnValue(startedAt + 60);
  });
  for (const [item, delayMs] of [
    ['a', 50],
    ['b', 58],
    ['c', 60],
    ['d', 67],
  ] as const)
    busy.schedule(item, delayMs);
  vi.advanceTimersByTime(50);
  expect(due).toEqual([['a'], ['b', 'c']]);
  vi.restoreAllMocks();
  vi.advanceTimersByTime(17);
  expect(due).toEqual([['a'], ['b', 'c'], ['d']]);
});

it('takes a time as well as a delay; one that has passed is the end of the turn', async () => {
  const now = performance.now();
  timers.scheduleAt('passed', now - 1);
  timers.scheduleAt('a', now + 30);
  timers.schedule('b', 30);
  await endOfTurn();
  vi.advanceTimersByTime(30);
  expect(due).toEqual([['passed'], ['a', 'b']]);
});

it('hands over at the end of the turn with a delay of 0, all of the turn together', async () => {
  timers.schedule('a', 0);
  timers.schedule('b', 0);
  expect(due).toEqual([]);
  await endOfTurn();
  expect(due).toEqual([['a', 'b']]);
});

it('replaces an earlier time, in either direction', () => {
  timers.schedule('a', 100);
  timers.schedule('a', 10);
  timers.schedule('b', 10);
  timers.schedule('b', 200);
  vi.advanceTimersByTime(199);
  expect(due).toEqual([['a']]);
  vi.advanceTimersByTime(1);
  expect(due).toEqual([['a'], ['b']]);
});

it('forgets what is cancelled, and leaves the rest of its group alone', async () => {
  timers.schedule('a', 10);
  timers.schedule('b', 10);
  timers.schedule('now', 0);
  timers.cancel('a');
  timers.cancel('now');
  timers.cancel('never scheduled');
  await endOfTurn();
  vi.advanceTimersByTime(20);
  expect(due).toEqual([['b']]);
});

it('keeps no timer for a group that is all cancelled', () => {
  timers.schedule('a', 10);
  timers.cancel('a');
  expect(vi.getTimerCount()).toBe(0);
});

it('forgets all when cleared', async () => {
  timers.schedule('a', 10);
  timers.schedule('now', 0);
  timers.clear();
  await endOfTurn();
  vi.advanceTimersByTime(20);
  expect(due).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it('may be given the same item again while it hands it over', async () => {
  const again = new GraceTimers<string>((items) => {
    due.push(items);
    if (due.length < 3) again.schedule('a', 0);
  });
  again.schedule('a', 0);
  for (let turn = 0; turn < 5; turn++) await endOfTurn();
  expect(due).toEqual([['a'], ['a'], ['a']]);
});

it('keeps what falls due while it holds, and hands it over in one go when it is released', async () => {
  timers.schedule('a', 50);
  timers.schedule('later', 200);
  timers.hold();
  timers.schedule('at once', 0);
  timers.schedule('b', 60);
  await endOfTurn();
  vi.advanceTimersByTime(100);
  expect(due).toEqual([]);
  timers.release();
  expect(due).toEqual([['at once', 'a', 'b']]);
  vi.advanceTimersByTime(100);
  expect(due).toEqual([['at once', 'a', 'b'], ['later']]);
});

it('forgets what was cancelled or scheduled anew while it was held', () => {
  for (const item of ['kept', 'cancelled', 'moved']) timers.schedule(item, 10);
  timers.hold();
  vi.advanceTimersByTime(10);
  timers.cancel('cancelled');
  timers.schedule('moved', 100);
  timers.release();
  timers.release();
  expect(due).toEqual([['kept']]);
});
