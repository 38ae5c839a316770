import { beforeEach, describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../../../core/policy.js';
import type { Verdict } from '../../../../../core/verdict-types.js';
import { Liveness } from '../../../../../main/registry/liveness/liveness.js';
import {
  checkLivenessOptions,
  type LivenessOptions,
} from '../../../../../main/registry/liveness/liveness-options.js';
import { TrackedConnection } from '../../../../../main/registry/tracked-connection.js';
import { FakeClock } from '../../../support/fake-clock.js';

const ROUTABLE: Verdict = { kind: 'routable', reason: null, path: null, certain: true };
const PATHLESS: Verdict = { kind: 'unroutable', reason: 'no-route', path: null, certain: true };

let clock: FakeClock;
let liveness: Liveness;
let said: string[];
let nextId = 1;

beforeEach(() => {
  clock = new FakeClock();
  said = [];
  liveness = new Liveness({
    clock,
    changed: ({ label, isSilent }) => said.push(`${label} ${isSilent ? 'silent' : 'alive'}`),
  });
});

/** A connection with an hour's worth of knobs: what it received, whether it is read, what the network says. */
class FakePeer {
  received = 0;
  isReading = true;
  verdict = ROUTABLE;
  readonly pings: AbortSignal[] = [];
  readonly connection: TrackedConnection;

  constructor(label: string, options: Partial<LivenessOptions> = {}) {
    this.connection = new TrackedConnection({
      id: nextId++,
      owner: 'main',
      label,
      policyFor: () => defaultPolicy,
      overrides: undefined,
      liveness: undefined,
      veto: null,
      closeWith: () => {},
      isSpare: () => false,
      untrack: () => {},
      proved: (connection) => liveness.prove(connection),
      policyChanged: () => {},
    });
    const verdict = (): Verdict => this.verdict;
    this.connection.watch = {
      get verdict() {
        return verdict();
      },
      since: 0,
      close: () => {},
    };
    liveness.start(
      this.connection,
      {
        pingAfterMs: 1000,
        hangupAfterMs: 3000,
        ping: (_, signal) => {
          said.push(`${label} ping`);
          this.pings.push(signal);
        },
        ...options,
      },
      { received: () => this.received, isReading: () => this.isReading },
    );
  }

  judge(verdict: Verdict): void {
    this.verdict = verdict;
    liveness.judged(this.connection, verdict);
  }
}

describe('a silent peer', () => {
  it('is pinged once when its first time is up, and given up when its second is', () => {
    const peer = new FakePeer('a');
    clock.advance(999);
    expect(said).toEqual([]);
    clock.advance(101);
    expect(said).toEqual(['a ping']);
    clock.advance(1800);
    expect(said).toEqual(['a ping']);
    expect(peer.pings[0]?.aborted).toBe(false);
    clock.advance(300);
    expect(said).toEqual(['a ping', 'a silent']);
    expect(peer.pings[0]?.aborted).toBe(true);
    expect(peer.connection.isSilent).toBe(true);
    expect(peer.connection.verdict).toEqual({
      kind: 'unroutable',
      reason: 'no-proof-of-life',
      path: null,
      certain: true,
    });
  });

  it('that answers the ping is left alone, and pinged again when it is silent again', () => {
    const peer = new FakePeer('a');
    for (let round = 0; round < 5; round++) {
      clock.advance(1100);
      peer.received += 2;
      expect(peer.pings).toHaveLength(round + 1);
      clock.advance(1100);
      expect(peer.pings[round]?.aborted).toBe(true);
    }
    expect(said.filter((line) => line !== 'a ping')).toEqual([]);
  });

  it('that answers in the last moment, when the process has not read it yet, is left alone', () => {
    const peer = new FakePeer('a');
    clock.advance(1100);
    // Timers come before sockets: a look that is due finds nothing, and what came is read before the next timer.
    clock.stall(2500);
    clock.after(0, () => {
      peer.received = 2;
    });
    clock.advance(100);
    expect(said).toEqual(['a ping']);
    expect(peer.connection.isSilent).toBe(false);
  });

  it('that comes back after it was given up is alive', () => {
    const peer = new FakePeer('a');
    clock.advance(3300);
    expect(said).toEqual(['a ping', 'a silent']);
    peer.received = 2;
    clock.advance(1100);
    expect(said).toEqual(['a ping', 'a silent', 'a alive']);
    expect(peer.connection.verdict).toBe(ROUTABLE);
  });

  it('is told of once, and pinged on, where that closes nothing', () => {
    new FakePeer('a');
    clock.advance(12_000);
    expect(said.filter((line) => line === 'a silent')).toHaveLength(1);
    expect(said.filter((line) => line === 'a ping').length).toBeGreaterThan(2);
  });

  it('is found alive by whoever asks anew', () => {
    const peer = new FakePeer('a');
    clock.advance(3300);
    expect(liveness.isSilent(peer.connection)).toBe(true);
    peer.received = 2;
    expect(liveness.isSilent(peer.connection)).toBe(false);
    expect(said).toEqual(['a ping', 'a silent', 'a alive']);
  });
});

describe('a peer of which the application says that it lives', () => {
  it('is not pinged', () => {
    const peer = new FakePeer('a');
    for (let round = 0; round < 20; round++) {
      clock.advance(500);
      peer.connection.proveAlive();
    }
    expect(said).toEqual([]);
  });

  it('ends the wait for its answer', () => {
    const peer = new FakePeer('a');
    clock.advance(1100);
    peer.connection.proveAlive();
    expect(peer.pings[0]?.aborted).toBe(true);
    clock.advance(999);
    expect(said).toEqual(['a ping']);
  });
});

describe('silence does not count', () => {
  it('while nobody reads', () => {
    const peer = new FakePeer('a');
    peer.isReading = false;
    clock.advance(20_000);
    expect(said).toEqual([]);
    peer.isReading = true;
    clock.advance(3500);
    expect(said).toEqual(['a ping', 'a silent']);
  });

  it('while there is no path; when it is back the peer is pinged at once, and has all of its time', () => {
    const peer = new FakePeer('a');
    clock.advance(2900);
    expect(said).toEqual(['a ping']);
    peer.judge(PATHLESS);
    clock.advance(20_000);
    expect(said).toEqual(['a ping']);
    peer.judge(ROUTABLE);
    expect(said).toEqual(['a ping', 'a ping']);
    clock.advance(1999);
    expect(said).toEqual(['a ping', 'a ping']);
    clock.advance(200);
    expect(said).toEqual(['a ping', 'a ping', 'a silent']);
  });

  it('where the path was gone for a moment only, just before the peer would have been given up', () => {
    const peer = new FakePeer('a');
    clock.advance(2990);
    peer.judge(PATHLESS);
    peer.judge(ROUTABLE);
    clock.advance(1900);
    expect(said).toEqual(['a ping', 'a ping']);
  });
});

describe('after a stop of the process', () => {
  it('a peer is not given up for a look that comes late, but pinged anew, once', () => {
    const peer = new FakePeer('a');
    clock.advance(1100);
    clock.stall(60_000);
    clock.advance(0);
    expect(said).toEqual(['a ping', 'a ping']);
    clock.stall(60_000);
    clock.advance(10);
    expect(said.slice(2)).toContain('a silent');
    expect(peer.pings[0]?.aborted).toBe(true);
  });

  it('checkAll pings all at once, and gives each all of its time', () => {
    new FakePeer('a');
    clock.advance(900);
    new FakePeer('b');
    liveness.checkAll();
    expect(said).toEqual(['a ping', 'b ping']);
    clock.advance(1999);
    expect(said).toEqual(['a ping', 'b ping']);
    clock.advance(200);
    expect(said).toEqual(['a ping', 'b ping', 'a silent', 'b silent']);
  });
});

describe('timers', () => {
  it('are one for all, and none where there is nobody', () => {
    expect(clock.pending).toBe(0);
    const peers = Array.from({ length: 1000 }, (_, index) => {
      clock.advance(7);
      return new FakePeer(String(index));
    });
    expect(clock.pending).toBe(1);
    for (const { connection } of peers) liveness.forget(connection);
    expect(clock.pending).toBe(0);
    said = [];
    clock.advance(10_000);
    expect(said).toEqual([]);
  });

  it('wake a thousand busy connections ten times a second at most', () => {
    let wakeups = 0;
    const { after } = clock;
    clock.after = (delayMs, callback) =>
      after.call(clock, delayMs, () => {
        wakeups++;
        callback();
      });
    const peers = Array.from({ length: 1000 }, (_, index) => {
      clock.advance(3);
      return new FakePeer(String(index));
    });
    wakeups = 0;
    said = [];
    for (let ms = 0; ms < 10_000; ms += 100) {
      for (const peer of peers) peer.received++;
      clock.advance(100);
    }
    expect(wakeups).toBeLessThanOrEqual(101);
    expect(said).toEqual([]);
  });
});

describe('the options', () => {
  const good = { pingAfterMs: 1, hangupAfterMs: 2, ping: () => {} };
  it.each<readonly [unknown, string]>([
    [null, 'liveness: must be an object'],
    [{ ...good, pingAfterMs: 0 }, 'liveness.pingAfterMs: must be more than 0'],
    [{ ...good, pingAfterMs: '5' }, 'liveness.pingAfterMs: must be more than 0'],
    [{ ...good, pingAfterMs: 2 ** 31 }, 'liveness.pingAfterMs: must be more than 0'],
    [{ ...good, hangupAfterMs: 1 }, 'liveness.hangupAfterMs: must be more than pingAfterMs'],
    [{ ...good, hangupAfterMs: Number.NaN }, 'liveness.hangupAfterMs: must be more than pingAfterMs'],
    [{ pingAfterMs: 1, hangupAfterMs: 2 }, 'liveness.ping: must be a function'],
  ])('%j are refused, naming the field', (options, message) => {
    expect(() => checkLivenessOptions(options as LivenessOptions)).toThrow(message);
  });

  it('are taken otherwise', () => {
    expect(() => checkLivenessOptions(good)).not.toThrow();
  });
});
