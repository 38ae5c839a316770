import { beforeEach, describe, expect, it } from 'vitest';
import { UnroutableError } from '../../../../core/errors.js';
import {
  type Connect,
  type ConnectContext,
  type Reconnecting,
  type ReconnectingOptions,
  reconnecting,
} from '../../../../core/reconnect/reconnecting.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeSource } from '../../support/fake-source.js';

/** An attempt as its connect function sees it, to be settled by the test. */
interface Attempt extends ConnectContext {
  readonly resolve: (connection: string) => void;
  readonly reject: (error: Error) => void;
}

let clock: FakeClock;
let network: FakeSource;
let attempts: Attempt[];
/** All that happened, in order. */
let story: string[];

beforeEach(() => {
  clock = new FakeClock();
  network = new FakeSource();
  attempts = [];
  story = [];
});

const connect: Connect<string> = (context) =>
  new Promise((resolve, reject) => attempts.push({ ...context, resolve, reject }));

function keep(options: Partial<ReconnectingOptions<string>> = {}, by = connect): Reconnecting<string> {
  const kept = reconnecting(by, {
    network,
    close: (connection, why) => story.push(`close ${connection} ${why}`),
    retry: { delaysMs: [1000, 2000], jitterPercent: 0 },
    clock,
    random: () => 1,
    ...options,
  });
  kept.on('state', (state) => story.push(`${state} with ${kept.connection}`));
  kept.on('connected', (connection, previous) => story.push(`connected ${connection} after ${previous}`));
  kept.on('lost', (connection, error) => story.push(`lost ${connection} ${(error as Error)?.message}`));
  kept.on('failure', ({ error, failures }) => story.push(`failure ${failures} ${(error as Error)?.message}`));
  clock.advance(0);
  return kept;
}

function last(): Attempt {
  const attempt = attempts.at(-1);
  if (attempt === undefined) throw new Error('no attempt was made');
  return attempt;
}

/** Lets promises that are settled run their course. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function connected(connection = 'A'): Promise<void> {
  last().resolve(connection);
  await turn();
  story = [];
}

function unroutable(): UnroutableError {
  const verdict = { kind: 'unroutable', reason: 'link-down', path: null, certain: true } as const;
  return new UnroutableError('192.0.2.1:443', 'link-down', null, verdict);
}

describe('a connection', () => {
  it('is handed over once it is made, and then there to be used', async () => {
    const kept = keep();
    expect(kept.state).toBe('connecting');
    last().resolve('A');
    await turn();
    expect(story).toEqual(['connecting with null', 'connected with A', 'connected A after null']);
    expect(kept.connection).toBe('A');
  });

  it('that its peer ends is made anew after a while', async () => {
    const kept = keep();
    await connected();
    clock.advance(60_000);
    last().lost(new Error('gone'));
    expect(kept.connection).toBeNull();
    expect(story).toEqual(['waiting with null', 'close A lost', 'lost A gone']);
    clock.advance(999);
    expect(attempts).toHaveLength(1);
    clock.advance(1);
    expect(attempts).toHaveLength(2);
  });

  it.each([
    ['UnroutableError', unroutable],
    ['error that wraps one', () => new Error('request failed', { cause: unroutable() })],
  ])('that ends with an %s is made anew at once', async (_name, error) => {
    keep();
    await connected();
    clock.advance(60_000);
    last().lost(error());
    clock.advance(0);
    expect(attempts).toHaveLength(2);
  });

  it('is lost once, however often it says so', async () => {
    keep();
    await connected();
    clock.advance(60_000);
    last().lost();
    last().lost();
    expect(story.filter((line) => line.startsWith('lost'))).toHaveLength(1);
  });

  it('that ended before it was handed over is none', async () => {
    const kept = keep();
    last().lost(new Error('at once'));
    last().resolve('A');
    await turn();
    expect(story.slice(1)).toEqual(['close A lost', 'waiting with null', 'failure 1 at once']);
    expect(kept.connection).toBeNull();
    clock.advance(1000);
    expect(attempts).toHaveLength(2);
  });
});

describe('a path that changes under a connection', () => {
  it('makes a new one first, hands it over, and then drops the old one', async () => {
    const kept = keep();
    await connected();
    network.move('soon');
    clock.advance(0);
    expect(kept.connection).toBe('A');
    last().resolve('B');
    await turn();
    expect(story).toEqual(['connected B after A', 'close A replaced']);
    expect(kept.connection).toBe('B');
    attempts[0]?.lost(new Error('closed by us'));
    expect(story).toHaveLength(2);
    expect(kept.state).toBe('connected');
  });

  it('leaves alone what it does not concern', async () => {
    keep({ isAffected: (connection, { cause }) => connection !== 'A' || cause !== 'path-changed' });
    await connected();
    network.move('soon');
    clock.advance(100_000);
    expect(attempts).toHaveLength(1);
    network.appear();
    clock.advance(0);
    expect(attempts).toHaveLength(2);
  });

  it('keeps the old one while the new one cannot be made', async () => {
    const kept = keep();
    await connected();
    network.move('soon');
    clock.advance(0);
    last().reject(new Error('refused'));
    await turn();
    expect(story).toEqual(['failure 1 refused']);
    expect(kept.connection).toBe('A');
    clock.advance(1000);
    last().resolve('B');
    await turn();
    expect(kept.connection).toBe('B');
  });

  it('makes but one new connection where the old one dies meanwhile', async () => {
    const kept = keep();
    await connected();
    network.move('now');
    clock.advance(0);
    attempts[0]?.lost(unroutable());
    last().resolve('B');
    await turn();
    clock.advance(100_000);
    expect(attempts).toHaveLength(2);
    expect(kept.connection).toBe('B');
  });

  it('closes what comes too late, and makes another', async () => {
    const kept = keep();
    network.move('now');
    expect(last().signal.aborted).toBe(true);
    last().resolve('A');
    await turn();
    expect(story).toEqual(['connecting with null', 'waiting with null', 'close A stale']);
    clock.advance(0);
    last().resolve('B');
    await turn();
    expect(kept.connection).toBe('B');
  });
});

describe('an attempt that fails', () => {
  it('is told, with its error and how many there were', async () => {
    keep({ retry: { delaysMs: [1000], jitterPercent: 0, concealCount: 1 } });
    for (const message of ['one', 'two']) {
      last().reject(new Error(message));
      await turn();
      clock.advance(1000);
    }
    expect(story.slice(1)).toEqual([
      'waiting with null',
      'failure 1 one',
      'connecting with null',
      'unreachable with null',
      'failure 2 two',
    ]);
  });

  it('by an error thrown at once is no different', async () => {
    keep({}, () => {
      throw new Error('synchronously');
    });
    await turn();
    expect(story).toContain('failure 1 synchronously');
  });

  it('by being aborted is none', async () => {
    keep();
    network.lose();
    last().reject(new Error('aborted'));
    await turn();
    expect(story).toEqual(['connecting with null', 'waiting with null']);
  });

  it('by taking too long is told when it ends', async () => {
    keep({ attemptTimeoutMs: 5000 });
    last().signal.addEventListener('abort', () => last().reject(last().signal.reason));
    clock.advance(5000);
    await turn();
    expect(story.at(-1)).toBe('failure 1 not connected after 5000 ms');
  });

  it('for good is not repeated, until the next start', async () => {
    const kept = keep({ shouldRetry: (error) => (error as Error).message !== 'wrong password' });
    last().reject(new Error('wrong password'));
    await turn();
    expect(kept.state).toBe('failed');
    clock.advance(1_000_000);
    expect(attempts).toHaveLength(1);
    kept.start();
    clock.advance(0);
    last().resolve('A');
    await turn();
    expect(kept.state).toBe('connected');
  });
});

it('makes no attempt in ten minutes without a path, and one when it appears', async () => {
  network.isReachable = false;
  const kept = keep();
  clock.advance(600_000);
  expect(attempts).toHaveLength(0);
  expect(kept.state).toBe('waiting');
  network.appear(20);
  clock.advance(20);
  expect(attempts).toHaveLength(1);
});

describe('closing', () => {
  it.each(['close', 'dispose', 'abort'] as const)('by %s closes the connection', async (by) => {
    const controller = new AbortController();
    const kept = keep({ signal: controller.signal });
    await connected();
    if (by === 'close') kept.close();
    else if (by === 'dispose') kept[Symbol.dispose]();
    else controller.abort();
    expect(story).toContain('close A closed');
    expect(kept.connection).toBeNull();
    expect(kept.state).toBe('idle');
    attempts[0]?.lost();
    clock.advance(100_000);
    expect(attempts).toHaveLength(1);
    expect(story.filter((line) => line.startsWith('close'))).toHaveLength(1);
  });

  it('aborts the attempt under way, and closes what it brings all the same', async () => {
    const kept = keep();
    kept.close();
    expect(last().signal.aborted).toBe(true);
    last().resolve('A');
    await turn();
    expect(story.at(-1)).toBe('close A stale');
    expect(kept.connection).toBeNull();
  });

  it('in a listener that was just handed the connection leaves nothing open', async () => {
    const kept = keep();
    kept.on('connected', () => kept.close());
    last().resolve('A');
    await turn();
    expect(story.filter((line) => line.startsWith('close'))).toEqual(['close A closed']);
    expect(kept.connection).toBeNull();
  });

  it('in a listener of a replacement closes both', async () => {
    const kept = keep();
    await connected();
    kept.on('connected', () => kept.close());
    network.move('soon');
    clock.advance(0);
    last().resolve('B');
    await turn();
    expect(story.filter((line) => line.startsWith('close'))).toEqual(['close B closed', 'close A replaced']);
  });

  it('has happened where the signal was aborted before', () => {
    const kept = keep({ signal: AbortSignal.abort() });
    clock.advance(100_000);
    expect(attempts).toEqual([]);
    expect(kept.state).toBe('idle');
  });
});

it.each<[unknown, object, RegExp]>([
  ['dial', {}, /^connect: /],
  [connect, { close: undefined }, /^close: /],
  [connect, { network: null }, /^network: /],
  [connect, { retry: { delaysMs: [] } }, /^retry\.delaysMs: /],
])('refuses %j with %j, naming what', (by, options, message) => {
  expect(() => keep(options as Partial<ReconnectingOptions<string>>, by as Connect<string>)).toThrow(
    expect.objectContaining({
      code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    }),
  );
});
