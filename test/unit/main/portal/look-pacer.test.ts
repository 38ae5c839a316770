import { beforeEach, expect, it } from 'vitest';
import { LookPacer } from '../../../../main/portal/look-pacer.js';
import { FakeClock } from '../../support/fake-clock.js';

let clock: FakeClock;
let looks: number[];
let pacer: LookPacer;
beforeEach(() => {
  clock = new FakeClock();
  looks = [];
  const begunAt = clock.now();
  pacer = new LookPacer(clock, () => looks.push(clock.now() - begunAt));
});

it('looks at once, in a turn of its own', () => {
  pacer.requestSoon();
  expect(looks).toEqual([]);
  clock.advance(0);
  expect(looks).toEqual([0]);
});

it('makes one look of many requests', () => {
  for (let count = 0; count < 10; count++) pacer.request();
  pacer.requestSoon();
  clock.advance(10_000);
  expect(looks).toEqual([0]);
});

it('leaves a quarter of a second between looks at new paths, and a second at the same ones', () => {
  pacer.requestSoon();
  clock.advance(100);
  pacer.requestSoon();
  clock.advance(200);
  expect(looks).toEqual([0, 250]);
  clock.advance(100);
  pacer.request();
  clock.advance(2000);
  expect(looks).toEqual([0, 250, 1250]);
});

it('takes a message that comes right after a look has begun for the one that the look is for', () => {
  pacer.requestSoon();
  clock.advance(20);
  pacer.requestByMessage(false);
  clock.advance(10_000);
  expect(looks).toEqual([0]);
});

it('takes one that comes after news of the network for another matter', () => {
  pacer.requestSoon();
  clock.advance(20);
  pacer.requestByMessage(true);
  clock.advance(10_000);
  expect(looks).toEqual([0, 1000]);
});

it('forgets no other request, however soon after a look has begun it comes', () => {
  pacer.requestSoon();
  clock.advance(20);
  pacer.request();
  clock.advance(10_000);
  expect(looks).toEqual([0, 1000]);
});

it('does not let somebody who asks for it wait', () => {
  pacer.requestSoon();
  clock.advance(100);
  pacer.request();
  pacer.requestNow();
  clock.advance(5000);
  expect(looks).toEqual([0, 100]);
});

it('looks not before the time until which it is held, though a look was due sooner', () => {
  pacer.requestSoon();
  pacer.holdUntil(clock.now() + 50);
  clock.advance(49);
  pacer.requestNow();
  pacer.requestByMessage(true);
  clock.advance(0);
  expect(looks).toEqual([]);
  clock.advance(10_000);
  expect(looks).toEqual([50]);
});

it('looks no more once it is closed', () => {
  pacer.requestNow();
  pacer.close();
  clock.advance(5000);
  pacer.requestNow();
  clock.advance(5000);
  expect(looks).toEqual([]);
});
