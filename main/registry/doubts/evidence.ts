import type { SocketDiagnosis } from '../../monitor/socket-diagnosis.js';

/**
 * What a TCP connection's state shows of its path since a baseline:
 * `works`: what was sent after the baseline was acknowledged, so both ways are open;
 * `alive`: something came from the peer, but nothing shows that it hears us;
 * `stuck`: what is in flight was sent again and again, and nobody answered;
 * `dead`: the same, once more than that;
 * `open`: nothing of the kind. An idle connection proves nothing.
 */
export type Evidence = 'works' | 'alive' | 'stuck' | 'dead' | 'open';

/** Whether something has come from the peer since the baseline. */
export function isSignOfLife(evidence: Evidence): boolean {
  return evidence === 'works' || evidence === 'alive';
}

/** A connection's state at the time from which its path is in question. */
export interface EvidenceBaseline {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly diagnosis: SocketDiagnosis;
}

// How often the kernel must have sent again by its timer, and for how long nothing at all may have come from the peer, in first
// timeouts. They come one, three and seven timeouts after the first sending (RFC 6298 section 5.5), and each gets one timeout
// more to be answered, which is longer than a round trip. With the sending itself and the kernel's loss probe (RFC 8985
// section 7) that makes four and five losses in a row with nothing received in between: of a path that loses a fifth
// of all packets each way, one exchange in 60 comes to the first and one in 170 to the second; of one that loses a twentieth, one in
// 11,000 and one in 110,000. And the first exchange that succeeds ends the question (docs/verdicts.md).
const STUCK = { retransmits: 2, timeouts: 4 } as const;
const DEAD = { retransmits: 3, timeouts: 8 } as const;

// TCP_RTO_MIN in the kernel's tcp.h. Data centres set less for single routes, and a timeout of 5 ms says little about a path
// that has just changed.
const SHORTEST_TIMEOUT_MS = 200;

/** How to weigh evidence. */
export interface WeighOptions {
  /**
   * The link has no carrier, or the kernel has given up finding the gateway: what it would send again waits on this host, and
   * counts all the same. Otherwise that is no evidence: the host's own queue may be full.
   */
  readonly countsUnsent: boolean;
}

/** Weighs what the kernel says at `nowMs` (of `performance.now()`) against the baseline. */
export function weigh(
  baseline: EvidenceBaseline,
  now: SocketDiagnosis,
  nowMs: number,
  options: WeighOptions,
): Evidence {
  if (hasProgressed(baseline.diagnosis, now)) return 'works';
  const isQuiet = now.unackedSegments > 0 && now.sendWindowBytes !== 0;
  const sentAgain = isQuiet ? retransmitsSince(baseline.diagnosis, now, options) : 0;
  const timeouts = silenceMs(baseline, now, nowMs) / firstTimeoutMs(now);
  if (sentAgain >= DEAD.retransmits && timeouts >= DEAD.timeouts) return 'dead';
  if (sentAgain >= STUCK.retransmits && timeouts >= STUCK.timeouts) return 'stuck';
  const { bytesAcked, bytesReceived } = baseline.diagnosis;
  return now.bytesAcked > bytesAcked || now.bytesReceived > bytesReceived ? 'alive' : 'open';
}

/**
 * How long from `nowMs` until it may be found `stuck`, or `dead`, in milliseconds, if nothing comes from the peer; 0 where
 * that time is over.
 */
export function dueInMs(
  what: 'stuck' | 'dead',
  baseline: EvidenceBaseline,
  now: SocketDiagnosis,
  nowMs: number,
): number {
  const { timeouts } = what === 'dead' ? DEAD : STUCK;
  return Math.max(0, timeouts * firstTimeoutMs(now) - silenceMs(baseline, now, nowMs));
}

// Acknowledgements of what was in flight at the baseline may have been under way before it, and what the peer sends may come by
// the old path until it has filled the window that it knew. Only what goes beyond that needed the new one.
function hasProgressed(baseline: SocketDiagnosis, now: SocketDiagnosis): boolean {
  const { receiveWindowBytes } = baseline;
  return (
    now.bytesAcked - baseline.bytesAcked > baseline.inFlightBytes ||
    (receiveWindowBytes !== null && now.bytesReceived - baseline.bytesReceived > receiveWindowBytes)
  );
}

// How often in a row what is in flight now was sent again since the baseline. `retransmits` counts tries, `totalRetransmits` what
// left the host. Of a peer that has closed its window the kernel asks by probes, which are neither.
function retransmitsSince(
  baseline: SocketDiagnosis,
  now: SocketDiagnosis,
  { countsUnsent }: WeighOptions,
): number {
  const isSameFlight = now.bytesAcked === baseline.bytesAcked;
  const tries = now.retransmits - (isSameFlight ? baseline.retransmits : 0);
  return countsUnsent ? tries : Math.min(tries, now.totalRetransmits - baseline.totalRetransmits);
}

function firstTimeoutMs({ rtoMs, backoff }: SocketDiagnosis): number {
  return Math.max(SHORTEST_TIMEOUT_MS, rtoMs / 2 ** backoff);
}

// For how long nothing at all has come from the peer, as far as that is the new path's fault.
function silenceMs({ at }: EvidenceBaseline, now: SocketDiagnosis, nowMs: number): number {
  return Math.min(nowMs - at, now.lastAckReceivedMs, now.lastDataReceivedMs);
}
