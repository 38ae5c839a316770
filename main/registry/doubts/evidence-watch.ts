import type { Path } from '../../../core/network-types.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import type { SocketDiagnosis } from '../../monitor/socket-diagnosis.js';
import type { TrackedConnection } from '../tracked-connection.js';
import {
  dueInMs,
  type Evidence,
  type EvidenceBaseline,
  isSignOfLife,
  type WeighOptions,
  weigh,
} from './evidence.js';

// An idle connection is looked at ever more seldom: soon at first, since most that are in use say something within a
// second, in the end as seldom as keeps the wake-ups few while a stuck one is still found long before the 15 minutes
// that TCP itself would take.
const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 5000;
// What falls due within this time is looked at in one go.
const SHARED_WITHIN_MS = 50;
// One look at so many takes the kernel and us about 1.5 ms; the rest follows in the next turns of the event loop.
const MOST_AT_ONCE = 256;

/** What {@link EvidenceWatch} needs from around it. */
export interface EvidenceContext {
  readonly monitor: Pick<NetworkMonitor, 'isClosed' | 'diagnoseFlows'>;
  /** `works`: it is watched no more; `stuck`: it still is, until it is paused or forgotten. */
  readonly found: (connection: TrackedConnection, evidence: 'works' | 'stuck') => void;
}

interface Watched {
  /** `null`: to be taken at the next look. */
  baseline: EvidenceBaseline | null;
  /** That of an earlier watch of the same path: the next look keeps it if nothing has come from the peer since. */
  readonly earlier: EvidenceBaseline | null;
  readonly path: Path | null;
  /** Milliseconds of `performance.now()`; Infinity: not by itself. */
  lookAt: number;
  /** Looked at until something is found; otherwise only for the baseline. */
  isPolled: boolean;
  /** Until the next look, should nothing happen. */
  patienceMs: number;
}

/**
 * Looks at the TCP state of connections whose path is in question, all with one timer and one question to the kernel; where
 * nothing is in question, never.
 */
export class EvidenceWatch {
  readonly #context: EvidenceContext;
  // Those that were looked at last come last, so that of many each has its turn.
  readonly #watched = new Map<TrackedConnection, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(context: EvidenceContext) {
    this.#context = context;
  }

  /**
   * Watches a connection from now on: what was before is no evidence, but for what the path that it has now was tried with in
   * vain already.
   */
  watch(connection: TrackedConnection): void {
    const before = this.#watched.get(connection);
    const path = connection.watch?.verdict.path ?? null;
    this.#begin(connection, true, isSameWay(before?.path ?? null, path) ? (before?.baseline ?? null) : null);
  }

  /** Takes note of how a connection stands, for a later {@link EvidenceWatch.look}. */
  note(connection: TrackedConnection): void {
    this.#begin(connection, false, null);
  }

  /** Looks at a connection by itself no more, but keeps its baseline. */
  pause(connection: TrackedConnection): void {
    const watched = this.#watched.get(connection);
    if (watched !== undefined)
      this.#watched.set(connection, { ...watched, isPolled: false, lookAt: Number.POSITIVE_INFINITY });
  }

  /** Watches a connection further, from the baseline that it has. */
  resume(connection: TrackedConnection): void {
    const watched = this.#watched.get(connection);
    if (watched === undefined) return;
    const lookAt = performance.now() + FIRST_LOOK_MS;
    this.#watched.set(connection, { ...watched, isPolled: true, lookAt, patienceMs: FIRST_LOOK_MS });
    this.#arm(lookAt);
  }

  forget(connection: TrackedConnection): void {
    if (this.#watched.delete(connection) && this.#watched.size === 0) this.clear();
  }

  clear(): void {
    this.#watched.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  /**
   * What is known now of connections that have a baseline, and when, in milliseconds, one that is stuck may be found dead. Of
   * the others nothing is known.
   */
  look(
    connections: readonly TrackedConnection[],
  ): ReadonlyMap<TrackedConnection, { readonly evidence: Evidence; readonly deadInMs: number }> {
    const known = connections.filter((connection) => this.#watched.get(connection)?.baseline);
    const found = new Map<TrackedConnection, { readonly evidence: Evidence; readonly deadInMs: number }>();
    const diagnoses = this.#ask(known);
    const now = performance.now();
    for (const [index, connection] of known.entries()) {
      const diagnosis = diagnoses?.[index];
      const baseline = this.#watched.get(connection)?.baseline;
      if (!diagnosis || !baseline) continue;
      found.set(connection, {
        evidence: weigh(baseline, diagnosis, now, optionsFor(connection)),
        deadInMs: dueInMs('dead', baseline, diagnosis, now),
      });
    }
    return found;
  }

  #begin(connection: TrackedConnection, isPolled: boolean, earlier: EvidenceBaseline | null): void {
    const lookAt = performance.now();
    const path = connection.watch?.verdict.path ?? null;
    const patienceMs = FIRST_LOOK_MS;
    this.#watched.set(connection, { baseline: null, earlier, path, lookAt, isPolled, patienceMs });
    this.#arm(lookAt);
  }

  #arm(lookAt: number): void {
    if (lookAt >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = lookAt;
    const delayMs = Math.max(0, lookAt - performance.now());
    // The connection keeps the process alive as long as it wants to; our looking at it does not.
    this.#timer = setTimeout(() => this.#pass(), delayMs).unref();
  }

  #pass(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (this.#context.monitor.isClosed) this.clear();
    this.#lookAt(this.#due());
    let next = Number.POSITIVE_INFINITY;
    for (const { lookAt } of this.#watched.values()) next = Math.min(next, lookAt);
    if (next < Number.POSITIVE_INFINITY) this.#arm(next);
  }

  #due(): readonly TrackedConnection[] {
    const until = performance.now() + SHARED_WITHIN_MS;
    const due: TrackedConnection[] = [];
    for (const [connection, { lookAt }] of this.#watched) {
      if (lookAt <= until && due.push(connection) === MOST_AT_ONCE) break;
    }
    return due;
  }

  #lookAt(connections: readonly TrackedConnection[]): void {
    const diagnoses = this.#ask(connections);
    const now = performance.now();
    for (const [index, connection] of connections.entries()) {
      const watched = this.#watched.get(connection);
      // A listener that was told of the one before may have ended this one.
      if (watched === undefined) continue;
      const diagnosis = diagnoses === null ? undefined : (diagnoses[index] ?? null);
      // No such socket, or none that the kernel tells of: there is nothing to learn.
      if (diagnosis === null) this.forget(connection);
      else this.#weigh(connection, watched, diagnosis, now);
    }
  }

  // `diagnosis` undefined: the kernel could not be asked now.
  #weigh(
    connection: TrackedConnection,
    watched: Watched,
    diagnosis: SocketDiagnosis | undefined,
    now: number,
  ): void {
    const { baseline, earlier } = watched;
    if (baseline === null && diagnosis !== undefined) {
      const isInVain =
        earlier !== null && !isSignOfLife(weigh(earlier, diagnosis, now, optionsFor(connection)));
      watched.baseline = isInVain ? earlier : { at: now, diagnosis };
    }
    watched.lookAt = this.#nextLook(watched, diagnosis, now);
    this.#watched.delete(connection);
    this.#watched.set(connection, watched);
    if (baseline === null || diagnosis === undefined) return;
    const evidence = weigh(baseline, diagnosis, now, optionsFor(connection));
    if (evidence === 'works') {
      this.forget(connection);
      this.#context.found(connection, evidence);
    } else if (evidence === 'stuck' || evidence === 'dead') {
      this.#context.found(connection, 'stuck');
    }
  }

  #nextLook(watched: Watched, diagnosis: SocketDiagnosis | undefined, now: number): number {
    const { baseline, isPolled, patienceMs } = watched;
    if (baseline !== null && !isPolled) return Number.POSITIVE_INFINITY;
    const isWaiting = baseline !== null && diagnosis !== undefined && diagnosis.unackedSegments > 0;
    const dueMs = isWaiting ? dueInMs('stuck', baseline, diagnosis, now) : 0;
    if (dueMs > 0) {
      watched.patienceMs = FIRST_LOOK_MS;
      return now + dueMs;
    }
    watched.patienceMs = Math.min(patienceMs * 2, LAST_LOOK_MS);
    return now + patienceMs;
  }

  // `null`: the kernel could not be asked now (no memory, say), which is no answer.
  #ask(connections: readonly TrackedConnection[]): readonly (SocketDiagnosis | null)[] | null {
    if (connections.length === 0) return [];
    try {
      const flows = connections.flatMap((connection) => connection.watch ?? []);
      return flows.length === connections.length ? this.#context.monitor.diagnoseFlows(flows) : null;
    } catch {
      return null;
    }
  }
}

function isSameWay(one: Path | null, other: Path | null): boolean {
  return one !== null && one.oif === other?.oif && one.gateway === other.gateway;
}

function optionsFor({ watch }: TrackedConnection): WeighOptions {
  const verdict = watch?.verdict;
  const isGatewayLost = verdict?.path?.gatewayReachable === false;
  return { countsUnsent: isGatewayLost || verdict?.reason === 'carrier-lost' };
}
