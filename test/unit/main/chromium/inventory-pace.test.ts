import { expect, it } from 'vitest';
import { InventoryPace } from '../../../../main/chromium/inventory-pace.js';
import { FakeClock } from '../../support/fake-clock.js';

/** An inventory that is done when it is told to be. */
function paced() {
  const clock = new FakeClock();
  const running: (() => void)[] = [];
  let begun = 0;
  const pace = new InventoryPace(
    () =>
      new Promise((resolve) => {
        begun += 1;
        running.push(resolve);
      }),
    clock,
  );
  return {
    clock,
    pace,
    begun: () => begun,
    async finish() {
      for (const done of running.splice(0)) done();
      // The pace goes on in the promise's own turn.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

it('takes an inventory at once when something changed', () => {
  const { pace, begun, clock } = paced();
  pace.want();
  expect(begun()).toBe(1);
  expect(clock.pending).toBe(0);
});

it('takes one at a time, and one more for all that changed meanwhile', async () => {
  const { pace, begun, clock, finish } = paced();
  for (let n = 0; n < 5; n++) pace.want();
  expect(begun()).toBe(1);
  clock.advance(60);
  await finish();
  expect(begun()).toBe(2);
  await finish();
  clock.advance(1000);
  expect(begun()).toBe(2);
});

it('pauses between the inventories of a storm', async () => {
  const { pace, begun, clock, finish } = paced();
  pace.want();
  await finish();
  pace.want();
  expect(begun()).toBe(1);
  clock.advance(49);
  expect(begun()).toBe(1);
  clock.advance(1);
  expect(begun()).toBe(2);
});

it('takes one at once for who asks, and lets them wait for one that began after they asked', async () => {
  const { pace, begun, finish } = paced();
  pace.want();
  let isDone = false;
  void pace.now().then(() => {
    isDone = true;
  });
  await finish();
  expect([begun(), isDone]).toEqual([2, false]);
  await finish();
  expect(isDone).toBe(true);
});

it('does not make who asks wait for a pause', async () => {
  const { pace, begun, clock, finish } = paced();
  pace.want();
  await finish();
  pace.want();
  void pace.now();
  expect([begun(), clock.pending]).toEqual([2, 0]);
});

it('leaves nobody waiting once it is closed, and takes none any more', async () => {
  const { pace, begun, clock, finish } = paced();
  const first = pace.now();
  pace.want();
  const second = pace.now();
  pace.close();
  await second;
  await finish();
  await first;
  await pace.now();
  pace.want();
  clock.advance(1000);
  expect(begun()).toBe(1);
});
