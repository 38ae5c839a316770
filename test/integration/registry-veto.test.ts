import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { BeforeInvalidate, ConnectionEvent, RegistryOptions, TrackOptions } from '../../main/index.js';
import { type MonitoredLab, monitoredLab, recordEvents } from '../fixtures/monitored-lab.js';
import { carrierLost, linkDown, waitFor } from '../lab/index.js';

// What an application may say before a connection is invalidated (docs/connections.md).

let lab: MonitoredLab;
beforeEach(async () => {
  lab = await monitoredLab();
});
afterEach(() => lab?.[Symbol.asyncDispose]());

interface Asked {
  readonly event: ConnectionEvent;
  readonly signal: AbortSignal;
  readonly at: number;
}

/** Tracks a connection that closes at once but for what `answer` says, and notes when it was asked and closed. */
function vetoed(answer: BeforeInvalidate, options: RegistryOptions = {}, own: TrackOptions = {}) {
  const asked: Asked[] = [];
  const policy = { 'link-down': { graceMs: 0 }, 'carrier-lost': { graceMs: 0 } };
  const registry = lab.registry({
    policy,
    beforeInvalidate: (event, signal) => {
      asked.push({ event, signal, at: performance.now() });
      return answer(event, signal);
    },
    ...options,
  });
  const heard = recordEvents(registry);
  let closedAt: number | null = null;
  registry.on('invalidated', () => {
    closedAt = performance.now();
  });
  const { local, remote } = lab.toServer('ethernet', 'v4');
  const ends = { local: { address: local, port: 40_000 }, remote: { address: remote, port: 443 } };
  const connection = registry.track(ends, { label: 'v4', ...own });
  /** Milliseconds from the first question to the end. */
  const postponedMs = async (): Promise<number> => {
    await waitFor(() => closedAt !== null, { what: 'it to be closed' });
    return (closedAt ?? Number.NaN) - (asked[0]?.at ?? Number.NaN);
  };
  return { asked, heard, connection, registry, postponedMs };
}

/** Takes the place of vitest's own listener, and keeps what is thrown to nobody. */
function uncaught(): unknown[] {
  const errors: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => errors.push(error));
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  });
  return errors;
}

const never = (): Promise<never> => new Promise(() => {});

describe('an answer', () => {
  it.each<readonly [string, BeforeInvalidate]>([
    ['of nothing', () => undefined],
    ['true', () => true],
    ['0', () => 0],
    ['a negative number', () => -5],
    ['NaN', () => Number.NaN],
    ['a promise of nothing', async () => undefined],
    ['a promise of true', async () => true],
  ])('%s is no objection', async (_, answer) => {
    const { asked, heard, postponedMs } = vetoed(answer, { postponeMs: 60_000 });
    await linkDown(lab.net.ethernet.a);
    await postponedMs();
    expect(asked).toHaveLength(1);
    expect(asked[0]?.event).toMatchObject({
      reason: 'link-down',
      verdict: { kind: 'unroutable' },
      path: { link: 'eth0' },
      connection: { label: 'v4' },
    });
    expect(heard).toEqual(['suspect v4 link-down', 'invalidated v4 link-down']);
  });

  it.each<readonly [string, BeforeInvalidate]>([
    ['false', () => false],
    ['a promise of false', async () => false],
    ['Infinity', () => Number.POSITIVE_INFINITY],
  ])('%s postpones up to the bound, and no further', async (_, answer) => {
    const { asked, postponedMs } = vetoed(answer, { postponeMs: 300 });
    await linkDown(lab.net.ethernet.a);
    expect(await postponedMs()).toBeGreaterThan(298);
    // Once, unless the timer was early, as after a long turn of the event loop: then again for the rest.
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  it('a number postpones for so long; then it is asked again, until the bound is reached', async () => {
    const { asked, postponedMs } = vetoed(async () => 120, { postponeMs: 300 });
    await linkDown(lab.net.ethernet.a);
    expect(await postponedMs()).toBeGreaterThan(298);
    // Thrice, unless this machine is busy.
    expect(asked.length).toBeGreaterThan(1);
    expect((asked[1]?.at ?? 0) - (asked[0]?.at ?? 0)).toBeGreaterThan(118);
  });

  it('may change', async () => {
    let times = 0;
    const { asked, postponedMs } = vetoed(() => (++times < 3 ? 20 : undefined), { postponeMs: 60_000 });
    await linkDown(lab.net.ethernet.a);
    await postponedMs();
    expect(asked).toHaveLength(3);
  });

  it.each<readonly [string, BeforeInvalidate]>([
    [
      'thrown',
      () => {
        throw new Error('from the application');
      },
    ],
    ['rejected', () => Promise.reject(new Error('from the application'))],
  ])('that is an error (%s) is no objection, and is not lost', async (_, answer) => {
    const errors = uncaught();
    const { postponedMs, asked } = vetoed(answer, { postponeMs: 60_000 });
    await linkDown(lab.net.ethernet.a);
    await postponedMs();
    expect(asked).toHaveLength(1);
    await waitFor(() => errors.length > 0, { what: 'the error' });
    expect(errors).toEqual([new Error('from the application')]);
  });

  it('that never comes is waited for a second, and its signal tells', async () => {
    const { asked, postponedMs } = vetoed(never, { postponeMs: 60_000 });
    await linkDown(lab.net.ethernet.a);
    expect(await postponedMs()).toBeGreaterThan(998);
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it('that never comes is not waited for longer than the bound', async () => {
    const { postponedMs } = vetoed(never, { postponeMs: 50 });
    await linkDown(lab.net.ethernet.a);
    const ms = await postponedMs();
    expect(ms).toBeGreaterThan(48);
    expect(ms).toBeLessThan(900);
  });
});

describe('a connection that recovers', () => {
  it.each<readonly [string, BeforeInvalidate]>([
    ['while the answer is waited for', never],
    ['while it is postponed', async () => false],
  ])('%s has recovered at once, and is left open', async (_, answer) => {
    const { asked, heard, connection, registry } = vetoed(answer, { postponeMs: 60_000 });
    const undo = await carrierLost(lab.net.ethernet.a);
    await waitFor(() => asked.length === 1, { what: 'the question' });
    const recovered = new Promise((resolve) => registry.once('recovered', resolve));
    await undo();
    await recovered;
    expect(connection.state).toBe('routable');
    expect(heard).toEqual(['suspect v4 carrier-lost', 'recovered v4']);
    expect(asked[0]?.signal.aborted).toBe(answer === never);
  });

  it('has all of the time again when it is lost again', async () => {
    const { asked, postponedMs } = vetoed(() => (asked.length === 1 ? false : undefined), {
      postponeMs: 60_000,
    });
    const undo = await carrierLost(lab.net.ethernet.a);
    await waitFor(() => asked.length === 1, { what: 'the question' });
    await undo();
    await lab.settled();
    await linkDown(lab.net.ethernet.a);
    await postponedMs();
    expect(asked.map(({ event }) => event.reason)).toEqual(['carrier-lost', 'link-down']);
  });

  it('ends its question when it is untracked, and is not closed', async () => {
    const { asked, connection, heard } = vetoed(never, { postponeMs: 60_000 });
    await linkDown(lab.net.ethernet.a);
    await waitFor(() => asked.length === 1, { what: 'the question' });
    connection.untrack();
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(connection.state).toBe('closed');
    expect(heard).toEqual(['suspect v4 link-down']);
  });
});

describe('nobody is asked', () => {
  it('about a connection whose doubt ends in its grace period', async () => {
    const { asked, connection, heard } = vetoed(() => undefined, {
      policy: { 'carrier-lost': { graceMs: 60_000 } },
    });
    const undo = await carrierLost(lab.net.ethernet.a);
    await undo();
    await waitFor(() => connection.state === 'routable', { what: 'the recovery' });
    expect([asked, heard]).toEqual([[], ['suspect v4 carrier-lost', 'recovered v4']]);
  });

  it('where nothing may be postponed', async () => {
    const { asked, connection } = vetoed(() => false, { postponeMs: 0 });
    await linkDown(lab.net.ethernet.a);
    await waitFor(() => connection.state === 'invalidated', { what: 'it to be closed' });
    expect(asked).toEqual([]);
  });
});

describe("a connection's own veto", () => {
  it("is asked instead of its registry's, for as long as its own bound says", async () => {
    const own: string[] = [];
    const { asked, connection } = vetoed(
      () => undefined,
      {},
      {
        beforeInvalidate: ({ connection: { label } }) => {
          own.push(label);
          return 50;
        },
        postponeMs: 75,
      },
    );
    await linkDown(lab.net.ethernet.a);
    await waitFor(() => connection.state === 'invalidated', { what: 'it to be closed' });
    // Twice, unless this machine is busy.
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThanOrEqual(2);
    expect(asked).toEqual([]);
  });

  it.each([
    [{ beforeInvalidate: true }, 'beforeInvalidate: must be a function'],
    [{ postponeMs: -1 }, 'postponeMs: must be 0 to 60000 milliseconds, not -1'],
    [{ postponeMs: 60_001 }, 'postponeMs: must be 0 to 60000 milliseconds, not 60001'],
    [{ postponeMs: '5' }, 'postponeMs: must be 0 to 60000 milliseconds, not 5'],
  ])('is refused where it is none: %j', (options, message) => {
    const registry = lab.registry();
    const { remote } = lab.toServer('ethernet', 'v4');
    const ends = { remote: { address: remote, port: 443 } };
    expect(() => registry.track(ends, options as never)).toThrow(message);
    expect(() => lab.registry(options as never)).toThrow(message);
    expect(registry.connections()).toEqual([]);
  });
});
