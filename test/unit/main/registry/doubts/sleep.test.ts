import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Sleep } from '../../../../../main/registry/doubts/sleep.js';
import { FakeClock } from '../../../support/fake-clock.js';

interface Resync {
  readonly succeed: () => void;
  readonly fail: () => void;
}

function sleeper(): { clock: FakeClock; sleep: Sleep; done: string[]; resyncs: Resync[] } {
  const clock = new FakeClock();
  const done: string[] = [];
  const resyncs: Resync[] = [];
  const sleep = new Sleep({
    monitor: {
      resync: () =>
        new Promise((resolve, reject) => {
          resyncs.push({ succeed: resolve, fail: () => reject(new Error('closed')) });
        }),
    },
    doubts: { hold: () => done.push('hold'), release: () => done.push('release') },
    awake: () => done.push('awake'),
    after: (delayMs, callback) => clock.after(delayMs, callback),
  });
  return { clock, sleep, done, resyncs };
}

it('holds, waits for the state to be fresh, lets go, then tells', async () => {
  const { clock, sleep, done, resyncs } = sleeper();
  const ended = sleep.end();
  await nextTurn();
  expect(done).toEqual(['hold']);
  resyncs[0]?.succeed();
  await ended;
  expect(done).toEqual(['hold', 'release', 'awake']);
  expect(clock.pending).toBe(0);
});

it('waits no longer than five seconds for the state', async () => {
  const { clock, sleep, done } = sleeper();
  const ended = sleep.end();
  clock.advance(4999);
  await nextTurn();
  expect(done).toEqual(['hold']);
  clock.advance(1);
  await ended;
  expect(done).toEqual(['hold', 'release', 'awake']);
});

it('goes on where the state cannot be had', async () => {
  const { sleep, done, resyncs } = sleeper();
  const ended = sleep.end();
  resyncs[0]?.fail();
  await ended;
  expect(done).toEqual(['hold', 'release', 'awake']);
});

it('holds from before the sleep until after it, however long it takes', async () => {
  const { clock, sleep, done, resyncs } = sleeper();
  sleep.begin();
  clock.advance(9999);
  const ended = sleep.end();
  clock.advance(1);
  await nextTurn();
  expect(done).not.toContain('release');
  resyncs[0]?.succeed();
  await ended;
  expect(done).toEqual(['hold', 'hold', 'release', 'awake']);
});

it('lets go where no sleep comes for ten seconds', () => {
  const { clock, sleep, done } = sleeper();
  sleep.begin();
  clock.advance(10_000);
  expect(done).toEqual(['hold', 'release']);
});

it('tells once where it is told twice, by the state that was read last', async () => {
  const { sleep, done, resyncs } = sleeper();
  const ended = [sleep.end(), sleep.end()];
  resyncs[0]?.succeed();
  await ended[0];
  await nextTurn();
  expect(done).toEqual(['hold', 'hold']);
  resyncs[1]?.succeed();
  await ended[1];
  expect(done).toEqual(['hold', 'hold', 'release', 'awake']);
});

it('goes on holding where the machine goes to sleep again meanwhile', async () => {
  const { sleep, done, resyncs } = sleeper();
  const ended = sleep.end();
  sleep.begin();
  resyncs[0]?.succeed();
  await ended;
  await nextTurn();
  expect(done).toEqual(['hold', 'hold']);
});

it('does nothing more once it is closed', async () => {
  const { clock, sleep, done } = sleeper();
  const ended = sleep.end();
  sleep.close();
  await ended;
  expect(done).toEqual(['hold']);
  expect(clock.pending).toBe(0);
});
