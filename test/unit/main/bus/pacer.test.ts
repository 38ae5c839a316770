import { expect, it } from 'vitest';
import { Pacer } from '../../../../main/bus/pacer.js';
import { FakeClock } from '../../support/fake-clock.js';

function pacer(): { clock: FakeClock; pacer: Pacer<string>; told: string[] } {
  const clock = new FakeClock();
  const told: string[] = [];
  return { clock, told, pacer: new Pacer(16, (things) => told.push(things.join(' ')), clock) };
}

it('hands over at once after a pause', () => {
  const { clock, pacer: paced, told } = pacer();
  paced.note(['a', 'b']);
  clock.advance(16);
  paced.note(['a']);
  expect(told).toEqual(['a b', 'a']);
  expect(clock.pending).toBe(0);
});

it('hands over what follows once an interval, each thing once, by when it was noted last', () => {
  const { clock, pacer: paced, told } = pacer();
  for (let note = 0; note < 1000; note++) {
    paced.note(['a', 'b']);
    if (note === 500) paced.note(['c']);
    if (note === 999) paced.note(['a']);
  }
  expect(told).toEqual(['a b']);
  clock.advance(16);
  expect(told).toEqual(['a b', 'c b a']);
  clock.advance(1000);
  expect(told).toHaveLength(2);
});

it('says nothing for nothing', () => {
  const { clock, pacer: paced, told } = pacer();
  paced.note([]);
  paced.note(['a']);
  paced.note([]);
  expect(clock.pending).toBe(0);
  expect(told).toEqual(['a']);
});

it('says nothing once it is closed', () => {
  const { clock, pacer: paced, told } = pacer();
  paced.note(['a']);
  paced.note(['b']);
  paced.close();
  clock.advance(100);
  expect(told).toEqual(['a']);
});
