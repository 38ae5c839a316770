import { beforeEach, describe, expect, it } from 'vitest';
import type { ReconnectAttempt } from '../../../../core/reconnect/reconnect-attempt.js';
import { Reconnector } from '../../../../core/reconnect/reconnector.js';
import type { ReconnectorOptions } from '../../../../core/reconnect/reconnector-options.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeSource } from '../../support/fake-source.js';

let clock: FakeClock;
let network: FakeSource;
let attempts: ReconnectAttempt[];
let states: string[];

beforeEach(() => {
  clock = new FakeClock();
  network = new FakeSource();
  attempts = [];
  states = [];
});

/** Chance is at its largest: delays are the whole bound. */
function reconnector(options: Partial<ReconnectorOptions> = {}): Reconnector {
  return new Reconnector({
    network,
    attempt: (attempt) => attempts.push(attempt),
    onState: (state) => states.push(state),
    retry: { delaysMs: [1000, 2000, 4000], jitterPercent: 0 },
    clock,
    random: () => 1,
    ...options,
  });
}

function started(options: Partial<ReconnectorOptions> = {}): Reconnector {
  const made = reconnector(options);
  made.start();
  clock.advance(0);
  return made;
}

/** The attempt made last. */
function last(): ReconnectAttempt {
  const attempt = attempts.at(-1);
  if (attempt === undefined) throw new Error('no attempt was made');
  return attempt;
}

/** How long it takes until the next attempt is made. */
function untilNext(limitMs = 100_000): number {
  const count = attempts.length;
  const start = clock.now();
  while (attempts.length === count && clock.now() - start <= limitMs) clock.advance(1);
  return clock.now() - start;
}

describe('a start', () => {
  it('tries at once, but not within the same turn', () => {
    reconnector().start();
    expect(attempts).toEqual([]);
    clock.advance(0);
    expect(attempts.map(({ cause, generation }) => [cause, generation])).toEqual([['start', 1]]);
  });

  it('tries nothing before it', () => {
    reconnector();
    network.move('now');
    clock.advance(100_000);
    expect(attempts).toEqual([]);
    expect(states).toEqual([]);
  });

  it('goes through connecting to connected', () => {
    const kept = started();
    expect(last().succeeded()).toBe(true);
    expect(states).toEqual(['waiting', 'connecting', 'connected']);
    expect(kept.state).toBe('connected');
    clock.advance(1_000_000);
    expect(attempts).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('makes no second attempt beside one that is under way, or beside a connection', () => {
    const kept = started();
    kept.start();
    clock.advance(0);
    last().succeeded();
    kept.start();
    clock.advance(0);
    expect(attempts).toHaveLength(1);
  });

  it('is how a user tries again at once, with no failure held against it', () => {
    const kept = started();
    for (let failure = 0; failure < 3; failure++) {
      last().failed();
      clock.advance(4000);
    }
    last().failed();
    kept.start();
    clock.advance(0);
    expect(attempts).toHaveLength(5);
    last().failed();
    expect(untilNext()).toBe(1000);
  });
});

describe('after failures', () => {
  it('follows the schedule', () => {
    started();
    const delays = Array.from({ length: 5 }, () => {
      last().failed();
      return untilNext();
    });
    expect(delays).toEqual([1000, 2000, 4000, 4000, 4000]);
    expect(attempts.slice(1).every(({ cause }) => cause === 'retry')).toBe(true);
  });

  it('counts an attempt that takes too long as failed, and aborts it', () => {
    const kept = started({ attemptTimeoutMs: 5000 });
    clock.advance(4999);
    expect(last().signal.aborted).toBe(false);
    clock.advance(1);
    expect(last().signal.reason).toMatchObject({ name: 'TimeoutError' });
    expect(kept.failures).toBe(1);
    expect(untilNext()).toBe(1000);
    expect(attempts[0]?.succeeded()).toBe(false);
  });

  it('leaves a connection alone that was made in time', () => {
    started({ attemptTimeoutMs: 5000 });
    last().succeeded();
    clock.advance(5000);
    expect(last().signal.aborted).toBe(false);
  });

  it('waits for an attempt for ever where it is told to', () => {
    started({ attemptTimeoutMs: Number.POSITIVE_INFINITY });
    clock.advance(1e9);
    expect(last().signal.aborted).toBe(false);
  });

  it('takes a failure that is told twice for one', () => {
    const kept = started();
    last().failed();
    last().failed();
    expect(kept.failures).toBe(1);
  });

  it('gives up where another attempt would be in vain, until the next start', () => {
    const kept = started();
    last().failed({ retry: false });
    expect(kept.state).toBe('failed');
    network.move('now');
    clock.advance(1_000_000);
    expect(attempts).toHaveLength(1);
    kept.start();
    clock.advance(0);
    expect(attempts).toHaveLength(2);
    expect(kept.state).toBe('connecting');
  });
});

describe('the conceal count', () => {
  it('keeps that many failures from the user, and tells of the next', () => {
    started({ retry: { delaysMs: [1000], jitterPercent: 0, concealCount: 2 } });
    states = [];
    for (let failure = 0; failure < 4; failure++) {
      last().failed();
      clock.advance(1000);
    }
    expect(states).toEqual(['waiting', 'connecting', 'waiting', 'connecting', 'unreachable']);
    last().succeeded();
    expect(states.at(-1)).toBe('connected');
  });

  it('of 0 tells of the first', () => {
    const kept = started({ retry: { delaysMs: [1000], concealCount: 0 } });
    last().failed();
    expect(kept.state).toBe('unreachable');
  });

  it('of Infinity tells of none, and the attempts go on', () => {
    started({ retry: { delaysMs: [1000], jitterPercent: 0, concealCount: Number.POSITIVE_INFINITY } });
    for (let failure = 0; failure < 100; failure++) {
      last().failed();
      clock.advance(1000);
    }
    expect(attempts).toHaveLength(101);
    expect(states).not.toContain('unreachable');
  });

  it('starts over with a new generation', () => {
    const kept = started({ retry: { delaysMs: [1000], concealCount: 0 } });
    last().failed();
    network.move('soon');
    expect(kept.state).toBe('waiting');
  });

  it('blames the network, not the peer, while there is no path', () => {
    const kept = started({ retry: { delaysMs: [1000], concealCount: 0 } });
    last().failed();
    network.lose();
    expect(kept.state).toBe('waiting');
  });
});

describe('while there is no path', () => {
  it('makes no attempt in ten minutes, and the first as soon as one appears', () => {
    network.isReachable = false;
    const kept = started();
    clock.advance(600_000);
    expect(attempts).toEqual([]);
    expect(kept.state).toBe('waiting');
    expect(clock.pending).toBe(0);
    network.appear();
    clock.advance(0);
    expect(attempts.map(({ cause }) => cause)).toEqual(['network']);
  });

  it('makes none either where the path went during a backoff', () => {
    started();
    last().failed();
    network.lose();
    clock.advance(600_000);
    expect(attempts).toHaveLength(1);
    network.appear(35);
    clock.advance(34);
    expect(attempts).toHaveLength(1);
    clock.advance(1);
    expect(attempts).toHaveLength(2);
  });

  it('aborts the attempt that is under way', () => {
    const kept = started();
    network.lose();
    expect(last().signal.reason).toMatchObject({ name: 'AbortError' });
    expect(kept.state).toBe('waiting');
    expect(last().succeeded()).toBe(false);
    clock.advance(600_000);
    expect(attempts).toHaveLength(1);
  });

  it('makes none where the path is gone before its signal came', () => {
    started();
    last().failed();
    network.isReachable = false;
    clock.advance(600_000);
    expect(attempts).toHaveLength(1);
  });

  it('leaves a connection to its owner: it may not have needed that path', () => {
    const kept = started();
    last().succeeded();
    network.lose();
    expect(kept.state).toBe('connected');
    expect(last().signal.aborted).toBe(false);
  });

  it('goes on with what has a path although the default path went', () => {
    started();
    last().failed();
    network.lose({ isReachable: true });
    expect(untilNext()).toBe(1000);
    network.lose({ isReachable: true });
    expect(last().signal.aborted).toBe(false);
  });
});

describe('a new generation', () => {
  it('ends a backoff at once, after the jitter of its signal', () => {
    started();
    for (let failure = 0; failure < 3; failure++) {
      last().failed();
      clock.advance(4000);
    }
    last().failed();
    network.move('now', 40);
    expect(untilNext()).toBe(40);
    expect(last().generation).toBe(2);
    last().failed();
    expect(untilNext()).toBe(1000);
  });

  it('makes an attempt of the old one stale: it is aborted, its result discarded, another made', () => {
    started();
    network.move('now');
    expect(last().signal.aborted).toBe(true);
    expect(last().succeeded()).toBe(false);
    clock.advance(0);
    expect(attempts.map(({ generation }) => generation)).toEqual([1, 2]);
    attempts[0]?.failed();
    expect(last().succeeded()).toBe(true);
  });

  it('makes a result stale even before its signal has come', () => {
    started();
    network.generation = 2;
    expect(last().succeeded()).toBe(false);
    expect(last().signal.aborted).toBe(true);
    clock.advance(0);
    expect(last().generation).toBe(2);
    expect(last().succeeded()).toBe(true);
  });

  it('leaves an attempt alone that knew of it before its signal came', () => {
    network.isReachable = false;
    const kept = reconnector();
    kept.start();
    network.isReachable = true;
    network.generation = 2;
    kept.start();
    clock.advance(0);
    expect(attempts).toHaveLength(1);
    network.generation = 1;
    network.move('now');
    expect(last().signal.aborted).toBe(false);
    clock.advance(0);
    expect(attempts).toHaveLength(1);
    expect(last().succeeded()).toBe(true);
  });

  it('that is known by its signal first counts from there', () => {
    started();
    network.move('now');
    // A page's snapshot comes up to a frame later than the signal.
    network.generation = 1;
    clock.advance(0);
    expect(last().generation).toBe(2);
    network.generation = 2;
    expect(last().succeeded()).toBe(true);
  });

  it('of a connection: another is made beside it, and then it is the one that counts', () => {
    const kept = started();
    last().succeeded();
    const old = last();
    network.move('soon', 10);
    expect(untilNext()).toBe(10);
    expect(kept.state).toBe('connected');
    expect(last().succeeded()).toBe(true);
    old.lost('peer');
    expect(kept.state).toBe('connected');
    clock.advance(100_000);
    expect(attempts).toHaveLength(2);
    expect(states).toEqual(['waiting', 'connecting', 'connected']);
  });

  it('goes on trying to replace a connection, with the schedule, and keeps it meanwhile', () => {
    const kept = started();
    last().succeeded();
    network.move('soon');
    clock.advance(0);
    last().failed();
    expect(kept.state).toBe('connected');
    // A second signal of the same generation, as after an invalidation, does not cut the schedule short.
    network.invalidate();
    expect(untilNext()).toBe(1000);
  });

  it('needs but one attempt where the connection dies while its replacement is made', () => {
    const kept = started();
    last().succeeded();
    const old = last();
    network.move('now');
    clock.advance(0);
    old.lost('network');
    expect(kept.state).toBe('connecting');
    clock.advance(10_000);
    expect(attempts).toHaveLength(2);
    expect(last().succeeded()).toBe(true);
  });

  it('that does not concern a connection leaves it in use, and ends what was begun for an older one', () => {
    let isAffected = true;
    const kept = started({ isAffected: () => isAffected });
    last().succeeded();
    network.move('soon');
    clock.advance(0);
    const replacement = last();
    isAffected = false;
    network.move('soon');
    expect(replacement.signal.aborted).toBe(true);
    clock.advance(100_000);
    expect(attempts).toHaveLength(2);
    expect(kept.state).toBe('connected');
    isAffected = true;
    network.move('soon');
    clock.advance(0);
    expect(attempts).toHaveLength(3);
  });

  it('each few milliseconds does not put an attempt off for ever', () => {
    started({ spreadMs: 100 });
    last().failed();
    for (let moves = 0; moves < 20; moves++) {
      network.move('now');
      clock.advance(10);
    }
    expect(attempts.length).toBeGreaterThan(1);
  });
});

describe('a connection that is lost', () => {
  it('to the network is made anew at once', () => {
    started();
    last().succeeded();
    clock.advance(60_000);
    last().lost('network');
    clock.advance(0);
    expect(attempts.map(({ cause }) => cause)).toEqual(['start', 'network']);
  });

  it('to the network with no path left waits for one', () => {
    started();
    last().succeeded();
    clock.advance(60_000);
    network.lose();
    last().lost('network');
    clock.advance(600_000);
    expect(attempts).toHaveLength(1);
    network.appear();
    clock.advance(0);
    expect(attempts).toHaveLength(2);
  });

  it('to its peer is made anew after the first delay', () => {
    started();
    last().succeeded();
    clock.advance(60_000);
    last().lost('peer');
    expect(untilNext()).toBe(1000);
  });

  it('to its peer, it seems, is made anew at once when an invalidation turns out to be why', () => {
    started();
    last().succeeded();
    clock.advance(60_000);
    last().lost('peer');
    network.invalidate();
    clock.advance(0);
    expect(attempts).toHaveLength(2);
  });

  it('is not what an invalidation tells of to those whose attempts fail', () => {
    started();
    last().failed();
    network.invalidate();
    expect(untilNext()).toBe(1000);
  });

  it('while it was being made is made anew at once when an invalidation tells of it', () => {
    started();
    last().failed({ by: 'network' });
    network.invalidate();
    clock.advance(0);
    expect(attempts).toHaveLength(2);
  });

  it('does not hurry those that are connected', () => {
    started();
    last().succeeded();
    network.invalidate();
    clock.advance(100_000);
    expect(attempts).toHaveLength(1);
  });

  it('within a second counts as a failure: a peer that accepts and hangs up is not stormed', () => {
    started();
    const delays = Array.from({ length: 3 }, () => {
      last().succeeded();
      clock.advance(999);
      last().lost('peer');
      return untilNext();
    });
    expect(delays).toEqual([1000, 2000, 4000]);
    last().succeeded();
    clock.advance(1000);
    last().lost('peer');
    expect(untilNext()).toBe(1000);
  });

  it('to the network within a second is no reason to hurry, unless the network did change', () => {
    started();
    last().succeeded();
    last().lost('network');
    expect(untilNext()).toBe(1000);
    last().succeeded();
    network.generation += 1;
    last().lost('network');
    clock.advance(0);
    expect(attempts).toHaveLength(3);
  });
});

describe('a fleet of 1000', () => {
  it('comes back evenly spread over the window, none before the signal and none after the window', () => {
    network.isReachable = false;
    const at: number[] = [];
    for (let client = 0; client < 1000; client++) {
      new Reconnector({
        network,
        attempt: () => at.push(clock.now()),
        spreadMs: 5000,
        clock,
        // Evenly spread and in no order, as chance is on average, and the same in each run.
        random: () => ((client * 617) % 1000) / 1000,
      }).start();
    }
    clock.advance(600_000);
    expect(at).toEqual([]);
    const appeared = clock.now();
    network.appear();
    clock.advance(10_000);
    expect(at).toHaveLength(1000);
    const perSecond = [0, 0, 0, 0, 0];
    for (const time of at) {
      const second = Math.floor((time - appeared) / 1000);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
    }
    expect(perSecond).toEqual([200, 200, 200, 200, 200]);
  });

  it('that lost its server is spread by full jitter from the first retry on', () => {
    const at: number[] = [];
    for (let client = 0; client < 1000; client++) {
      let isFirst = true;
      new Reconnector({
        network,
        attempt: (attempt) => {
          if (!isFirst) at.push(clock.now());
          else attempt.failed();
          isFirst = false;
        },
        retry: { firstDelayMs: 1000 },
        clock,
        random: () => ((client * 617) % 1000) / 1000,
      }).start();
    }
    clock.advance(0);
    const failedAt = clock.now();
    clock.advance(1000);
    expect(at).toHaveLength(1000);
    const firstHalf = at.filter((time) => time < failedAt + 500);
    expect(firstHalf).toHaveLength(500);
  });
});

describe('closing', () => {
  it.each(['close', 'dispose', 'abort'] as const)('by %s aborts, and lets nothing happen any more', (by) => {
    const controller = new AbortController();
    const kept = started({ signal: controller.signal });
    if (by === 'close') kept.close();
    else if (by === 'dispose') kept[Symbol.dispose]();
    else controller.abort();
    expect(last().signal.aborted).toBe(true);
    expect(last().succeeded()).toBe(false);
    expect(kept.state).toBe('idle');
    expect(network.subscribers).toBe(0);
    network.move('now');
    clock.advance(600_000);
    expect(attempts).toHaveLength(1);
    expect(clock.pending).toBe(0);
    expect(() => kept.start()).toThrow(expect.objectContaining({ code: 'ERR_ROAMKIT_CLOSED' }));
  });

  it('is idempotent, and has happened where the signal was aborted before', () => {
    const kept = reconnector({ signal: AbortSignal.abort() });
    expect(kept.isClosed).toBe(true);
    expect(network.subscribers).toBe(0);
    kept.close();
    kept.close();
  });

  it('takes a retry back', () => {
    const kept = started();
    last().failed();
    kept.close();
    expect(clock.pending).toBe(0);
  });
});

it('leaves an owner who throws to the process, and counts the attempt by its time', async () => {
  const thrown: unknown[] = [];
  const catchIt = (error: unknown): void => {
    thrown.push(error);
  };
  const previous = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', catchIt);
  try {
    const kept = started({
      attempt: () => {
        throw new Error('mine');
      },
      attemptTimeoutMs: 100,
    });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100);
    expect(kept.failures).toBe(1);
    expect(thrown).toEqual([expect.objectContaining({ message: 'mine' })]);
  } finally {
    process.removeListener('uncaughtException', catchIt);
    for (const listener of previous) process.on('uncaughtException', listener);
  }
});

it.each<[object, RegExp]>([
  [{ network: undefined }, /^network: /],
  [{ network: { hasPath: 7 } }, /^network: /],
  [{ attempt: 'go' }, /^attempt: /],
  [{ spreadMs: -1 }, /^spreadMs: /],
  [{ attemptTimeoutMs: 0 }, /^attemptTimeoutMs: /],
  [{ retry: { delaysMs: [] } }, /^retry\.delaysMs: /],
])('refuses %j, naming the option', (options, message) => {
  expect(() => reconnector(options as Partial<ReconnectorOptions>)).toThrow(
    expect.objectContaining({
      code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    }),
  );
});

it('a portal that opens cuts the schedule short: what failed before it failed at the portal', () => {
  const kept = started();
  for (let failures = 0; failures < 3; failures++) {
    last().failed();
    clock.advance(10_000);
  }
  last().failed();
  network.open();
  expect(untilNext()).toBeLessThanOrEqual(1);
  last().failed();
  expect(kept.failures).toBe(1);
  expect(untilNext()).toBe(1000);
});

describe('after a sleep', () => {
  it('an attempt that waits for its time is made at once', () => {
    started();
    last().failed();
    clock.advance(0);
    network.wake();
    expect(untilNext()).toBeLessThanOrEqual(1);
    expect(attempts).toHaveLength(2);
  });

  it('a connection that lives stays, and an attempt under way goes on', () => {
    started();
    network.wake();
    clock.advance(1000);
    expect(last().signal.aborted).toBe(false);
    last().succeeded();
    network.wake();
    network.generation += 1;
    network.wake();
    clock.advance(100_000);
    expect(attempts).toHaveLength(1);
    expect(states.at(-1)).toBe('connected');
  });
});
