import { describe, expect, it } from 'vitest';
import type { SocketDiagnosis } from '../../../../../main/index.js';
import { dueInMs, type Evidence, weigh } from '../../../../../main/registry/doubts/evidence.js';

// A connection that had 1000 bytes acknowledged, 200 under way and an RTO of 200 ms when its path changed, at time 10,000.
const before: SocketDiagnosis = {
  state: 'established',
  boundIfindex: null,
  unackedSegments: 1,
  retransmits: 0,
  backoff: 0,
  probes: 0,
  totalRetransmits: 5,
  rtoMs: 200,
  bytesAcked: 1000,
  bytesReceived: 3000,
  inFlightBytes: 200,
  notSentBytes: 0,
  lastAckReceivedMs: 20,
  lastDataReceivedMs: 20,
  sendWindowBytes: 65_000,
  receiveWindowBytes: 64_000,
};
const baseline = { at: 10_000, diagnosis: before };

/** Sent again so many times since, with nothing received for so long. */
const unanswered = (count: number, silentMs: number): Partial<SocketDiagnosis> => ({
  retransmits: count,
  backoff: count,
  rtoMs: 200 * 2 ** count,
  totalRetransmits: 5 + count,
  lastAckReceivedMs: silentMs + 20,
  lastDataReceivedMs: silentMs + 20,
});

function weighed(now: Partial<SocketDiagnosis>, afterMs: number, countsUnsent = false): Evidence {
  return weigh(baseline, { ...before, ...now }, 10_000 + afterMs, { countsUnsent });
}

describe('weigh', () => {
  it.each<readonly [string, Evidence, Partial<SocketDiagnosis>, number]>([
    ['nothing happened', 'open', { lastAckReceivedMs: 5020, lastDataReceivedMs: 5020 }, 5000],
    ['what was under way is acknowledged', 'alive', { bytesAcked: 1200, unackedSegments: 0 }, 300],
    ['more than that is acknowledged', 'works', { bytesAcked: 1201 }, 300],
    ['the peer sends on', 'alive', { bytesReceived: 3001 }, 300],
    ['the peer sends all that it may unheard', 'alive', { bytesReceived: 67_000 }, 300],
    ['the peer sends more than it may unheard', 'works', { bytesReceived: 67_001 }, 300],
    ['one retransmission was in vain', 'open', unanswered(1, 5000), 5000],
    ['two were in vain, but the second may still be answered', 'open', unanswered(2, 790), 790],
    ['two were in vain', 'stuck', unanswered(2, 800), 800],
    ['three were, but the third may still be answered', 'stuck', unanswered(3, 1590), 1590],
    ['three were in vain', 'dead', unanswered(3, 1600), 1600],
    ['two were in vain, for long', 'stuck', unanswered(2, 9000), 9000],
    [
      'three were in vain, but something came meanwhile',
      'alive',
      { ...unanswered(3, 1600), lastDataReceivedMs: 500, bytesReceived: 3001 },
      1600,
    ],
    ['the silence began before the change', 'open', unanswered(3, 1600), 700],
    ['the sending has not left the host', 'open', { ...unanswered(3, 1600), totalRetransmits: 5 }, 1600],
    ['the peer has closed its window', 'open', { ...unanswered(3, 1600), sendWindowBytes: 0 }, 1600],
    [
      'probes of a closed window are not answered',
      'open',
      { ...unanswered(0, 9000), probes: 4, backoff: 4, unackedSegments: 0, sendWindowBytes: 0 },
      9000,
    ],
    [
      'what was sent again has arrived',
      'alive',
      { ...unanswered(0, 0), unackedSegments: 0, bytesAcked: 1200 },
      1600,
    ],
  ])('%s: %s', (_, evidence, now, afterMs) => {
    expect(weighed(now, afterMs)).toBe(evidence);
  });

  it('does not go by what the peer sends where the window is not known (before Linux 6.2)', () => {
    const unknown = { at: 10_000, diagnosis: { ...before, receiveWindowBytes: null } };
    const now = { ...before, bytesReceived: 9_000_000, receiveWindowBytes: null };
    expect(weigh(unknown, now, 10_300, { countsUnsent: false })).toBe('alive');
  });

  it('counts only what was sent again since the baseline', () => {
    const already = { at: 10_000, diagnosis: { ...before, ...unanswered(4, 3000) } };
    const options = { countsUnsent: false };
    const later = (count: number, ms: number) =>
      weigh(already, { ...before, ...unanswered(count, 3000 + ms) }, 10_000 + ms, options);
    expect([later(4, 20_000), later(5, 20_000), later(6, 20_000), later(7, 20_000)]).toEqual([
      'open',
      'open',
      'stuck',
      'dead',
    ]);
  });

  it('counts what did not leave the host where the gateway cannot be found', () => {
    expect(weighed({ ...unanswered(3, 1600), totalRetransmits: 5 }, 1600, true)).toBe('dead');
  });

  it('goes by the first timeout, however often it was doubled, and by 200 ms at least', () => {
    const slow = { ...unanswered(2, 1600), rtoMs: 500 * 4 };
    expect([weighed({ ...slow, lastAckReceivedMs: 1990 }, 1990), weighed(unanswered(2, 2000), 2000)]).toEqual(
      ['open', 'stuck'],
    );
    const fast = { ...unanswered(3, 700), rtoMs: 5 * 8 };
    expect(weighed(fast, 700)).toBe('open');
  });
});

describe('dueInMs', () => {
  it('is the time until silence is long enough', () => {
    const now = { ...before, ...unanswered(2, 300) };
    expect(dueInMs('stuck', baseline, now, 10_300)).toBe(500);
    expect(dueInMs('dead', baseline, now, 10_300)).toBe(1300);
    expect(dueInMs('stuck', baseline, { ...before, ...unanswered(2, 900) }, 10_900)).toBe(0);
  });
});
