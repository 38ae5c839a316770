import type { Verdict } from '../../core/verdict-types.js';
import type { FlowConfirmation } from '../monitor/backend.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import { GraceTimers } from './grace-timers.js';
import type { VerdictEvent } from './registry-events.js';
import type { Doubt, TrackedConnection } from './tracked-connection.js';

// Where mirror and kernel disagree, the connection stays suspect and the question is put again: soon, since the audit that
// the disagreement starts may settle it, then ever more seldom, since it may stand for good (rules by user or mark).
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 60_000;

/** What {@link Doubts} needs from around it. */
export interface DoubtsContext {
  readonly monitor: Pick<NetworkMonitor, 'isClosed' | 'confirmFlows' | 'audit'>;
  readonly tell: (
    event: Exclude<VerdictEvent, 'invalidated'>,
    on: TrackedConnection,
    verdict: Verdict,
  ) => void;
  /** The verdict stands: mirror and kernel agree on it. */
  readonly invalidate: (connection: TrackedConnection, verdict: Verdict) => void;
}

/** From a verdict to what follows from it: the doubt, its grace period, the confirmation. One for all of a registry. */
export class Doubts {
  readonly #context: DoubtsContext;
  readonly #grace = new GraceTimers<TrackedConnection>((due) => this.#confirm(due));

  constructor(context: DoubtsContext) {
    this.#context = context;
  }

  /** Does what the connection's policy says about a verdict on it. */
  judge(connection: TrackedConnection, verdict: Verdict): void {
    const entry = connection.entryFor(verdict);
    if (entry === null) this.#end(connection, verdict);
    else if (entry.action === 'invalidate') this.#suspect(connection, verdict, entry.graceMs);
    else this.#signal(connection, verdict);
  }

  /** The connection is tracked no more. */
  forget(connection: TrackedConnection): void {
    this.#grace.cancel(connection);
    connection.doubt = null;
  }

  /** Forgets all. */
  clear(): void {
    this.#grace.clear();
  }

  // It is routable again, or has a reason that the policy ignores; only the first is a recovery.
  #end(connection: TrackedConnection, verdict: Verdict): void {
    this.#grace.cancel(connection);
    const hadTrouble = connection.state === 'suspect' || connection.state === 'rerouted';
    connection.doubt = null;
    connection.state = 'routable';
    if (verdict.kind !== 'routable') return;
    connection.lastPath = verdict.path ?? connection.lastPath;
    if (hadTrouble) this.#context.tell('recovered', connection, verdict);
  }

  #suspect(connection: TrackedConnection, verdict: Verdict, graceMs: number): void {
    const isNew = connection.state !== 'suspect';
    connection.state = 'suspect';
    // The same reason with another path does not start its grace period anew.
    if (connection.doubt?.reason !== verdict.reason) {
      connection.doubt = nextDoubt(connection.doubt, verdict.reason, graceMs, performance.now());
      this.#grace.schedule(connection, Math.max(0, connection.doubt.dueAt - performance.now()));
    }
    if (isNew) this.#context.tell('suspect', connection, verdict);
  }

  #signal(connection: TrackedConnection, verdict: Verdict): void {
    this.#grace.cancel(connection);
    connection.doubt = null;
    connection.state = verdict.kind === 'rerouted' ? 'rerouted' : 'suspect';
    this.#context.tell(verdict.kind === 'rerouted' ? 'rerouted' : 'suspect', connection, verdict);
  }

  #confirm(due: readonly TrackedConnection[]): void {
    if (this.#context.monitor.isClosed) return;
    const suspects = due.filter((connection) => connection.doubt !== null && connection.watch !== null);
    const confirmations = this.#confirmations(suspects);
    for (const [index, connection] of suspects.entries()) {
      // A listener that was told of the one before may have untracked this one.
      if (connection.doubt === null) continue;
      const confirmation = confirmations[index] ?? null;
      if (confirmation === null) {
        this.#retry(connection);
        continue;
      }
      const { mirror, kernel } = confirmation;
      if (connection.entryFor(mirror)?.action !== 'invalidate') this.judge(connection, mirror);
      else if (connection.entryFor(kernel)?.action === 'invalidate') {
        this.#context.invalidate(connection, mirror);
      } else this.#retry(connection);
    }
  }

  // A question that cannot be put now (no descriptors left, say) is no answer: nothing is closed on it.
  #confirmations(suspects: readonly TrackedConnection[]): readonly (FlowConfirmation | null)[] {
    try {
      return this.#context.monitor.confirmFlows(suspects.flatMap((connection) => connection.watch ?? []));
    } catch {
      return [];
    }
  }

  // The mirror says dead, the kernel says alive: one of them is behind, or there is something the mirror cannot know.
  // Nothing is closed on that.
  #retry(connection: TrackedConnection): void {
    const { doubt } = connection;
    if (doubt === null) return;
    if (doubt.retryMs === 0) this.#context.monitor.audit();
    doubt.retryMs = doubt.retryMs === 0 ? FIRST_RETRY_MS : Math.min(doubt.retryMs * 2, LAST_RETRY_MS);
    this.#grace.schedule(connection, doubt.retryMs);
  }
}

// Each reason has its own grace period, from when it began; but however often the reason changes, the doubt lasts no longer
// than the longest of them.
function nextDoubt(previous: Doubt | null, reason: Verdict['reason'], graceMs: number, now: number): Doubt {
  const since = previous?.since ?? now;
  const longestMs = Math.max(previous?.longestMs ?? 0, graceMs);
  return { reason, since, longestMs, dueAt: Math.min(now + graceMs, since + longestMs), retryMs: 0 };
}
