import type { Reason, Verdict } from '../../../core/verdict-types.js';
import type { FlowConfirmation } from '../../monitor/backend.js';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import type { VerdictEvent } from '../registry-events.js';
import type { Doubt, TrackedConnection } from '../tracked-connection.js';
import { isSignOfLife } from './evidence.js';
import { EvidenceWatch } from './evidence-watch.js';
import { GraceTimers } from './grace-timers.js';
import { Vetoes } from './vetoes.js';

// Where mirror and kernel disagree, the connection stays suspect and the question is put again: soon, since the audit that
// the disagreement starts may settle it, then ever more seldom, since it may stand for good (rules by user or mark).
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 60_000;

// Between two looks at a connection that is stuck.
const LEAST_WAIT_MS = 100;

/** What {@link Doubts} needs from around it. */
export interface DoubtsContext {
  readonly monitor: Pick<NetworkMonitor, 'isClosed' | 'confirmFlows' | 'diagnoseFlows' | 'audit'>;
  readonly tell: (
    event: Exclude<VerdictEvent, 'invalidated'>,
    on: TrackedConnection,
    verdict: Verdict,
  ) => void;
  /** Whether a connection that was found silent still is; if not, it is judged anew. */
  readonly isSilent: (connection: TrackedConnection) => boolean;
  /** The verdict stands: mirror and kernel agree on it, TCP's own state shows it, or its peer is silent still. */
  readonly invalidate: (connection: TrackedConnection, verdict: Verdict) => void;
}

/** From a verdict to what follows from it: the doubt, its grace period, the confirmation. One for all of a registry. */
export class Doubts {
  readonly #context: DoubtsContext;
  readonly #grace = new GraceTimers<TrackedConnection>((due) => this.#confirm(due));
  readonly #evidence: EvidenceWatch;

  readonly #vetoes = new Vetoes((connection, delayMs) => this.#grace.schedule(connection, delayMs));

  constructor(context: DoubtsContext) {
    this.#context = context;
    this.#evidence = new EvidenceWatch({
      monitor: context.monitor,
      found: (connection, evidence) => {
        if (evidence === 'works') this.#works(connection);
        else this.#stall(connection);
      },
    });
  }

  /**
   * Does what the connection's policy says about the network's verdict on it. `since`: when it came to be so (milliseconds of
   * `performance.now()`), from which the grace period counts, however late a busy application hears of it.
   */
  judge(connection: TrackedConnection, network: Verdict, since = performance.now()): void {
    const verdict = connection.weigh(network);
    const entry = connection.entryFor(verdict);
    connection.stalled = null;
    if (entry === null) this.#end(connection, verdict);
    else if (entry.action === 'invalidate') this.#suspect(connection, verdict, since);
    else this.#signal(connection, verdict);
  }

  /** The connection's policy, or what it is made of, is another one. */
  reconsider(connection: TrackedConnection): void {
    const { verdict, doubt, watch } = connection;
    if (verdict === null || watch === null) return;
    const action = connection.entryFor(verdict)?.action;
    if (doubt === null || action === undefined) {
      // What was told is not told again.
      if (action !== 'signal' || connection.state === 'routable') this.judge(connection, watch.verdict);
    } else if (action === 'invalidate') {
      const dueAt = dueAtFor(connection, doubt);
      if (dueAt !== doubt.dueAt) this.#schedule(connection, { ...doubt, dueAt, retryMs: 0 });
    } else if (verdict.kind === 'unroutable') {
      this.#endDoubt(connection);
      this.#evidence.resume(connection);
    } else this.#signal(connection, verdict);
  }

  /** A connection's path is in question, although the network has nothing against it. */
  question(connection: TrackedConnection): void {
    this.#evidence.watch(connection);
  }

  /** Ends the grace period of suspects now. */
  confirm(suspects: readonly TrackedConnection[]): void {
    for (const connection of suspects) this.#grace.schedule(connection, 0);
  }

  /** Ends the doubt about a connection, with nothing said. */
  forget(connection: TrackedConnection): void {
    this.#endDoubt(connection);
    this.#evidence.forget(connection);
  }

  /** Confirms nothing until {@link Doubts.release}: what is known of the network may be old. Grace periods go on. */
  hold(): void {
    this.#grace.hold();
  }

  /** Confirms all whose grace period ended meanwhile. */
  release(): void {
    this.#grace.release();
  }

  /** Forgets all. */
  clear(): void {
    this.#grace.clear();
    this.#vetoes.clear();
    this.#evidence.clear();
  }

  #endDoubt(connection: TrackedConnection): void {
    this.#grace.cancel(connection);
    this.#vetoes.forget(connection);
    connection.doubt = null;
  }

  // It is routable again, or has a reason that the policy ignores; only the first is a recovery.
  #end(connection: TrackedConnection, verdict: Verdict): void {
    this.forget(connection);
    const hadTrouble = connection.state === 'suspect' || connection.state === 'rerouted';
    connection.state = connection.calmState;
    if (verdict.kind !== 'routable') return;
    connection.lastPath = verdict.path ?? connection.lastPath;
    if (hadTrouble) this.#context.tell('recovered', connection, verdict);
  }

  #suspect(connection: TrackedConnection, verdict: Verdict, since: number): void {
    const isNew = connection.state !== 'suspect';
    connection.state = 'suspect';
    connection.signalled = null;
    // The same reason with another path does not start its grace period anew.
    if (verdict.kind !== 'routable' && connection.doubt?.reason !== verdict.reason) {
      this.#takeEvidence(connection, verdict);
      this.#schedule(connection, nextDoubt(connection, verdict.reason, since));
    }
    if (isNew) this.#context.tell('suspect', connection, verdict);
  }

  #signal(connection: TrackedConnection, verdict: Verdict): void {
    const wasSignalled = connection.state === 'suspect' && connection.signalled === verdict.reason;
    this.#endDoubt(connection);
    connection.state = verdict.kind === 'rerouted' ? 'rerouted' : 'suspect';
    connection.signalled = verdict.reason;
    if (verdict.kind === 'rerouted' || isGuess(verdict)) this.#evidence.watch(connection);
    else this.#evidence.forget(connection);
    // By another path it is in no other trouble; of a rerouted one the path is the news.
    if (verdict.kind === 'rerouted') this.#context.tell('rerouted', connection, verdict);
    else if (!wasSignalled) this.#context.tell('suspect', connection, verdict);
  }

  #schedule(connection: TrackedConnection, doubt: Doubt): void {
    connection.doubt = doubt;
    this.#grace.scheduleAt(connection, doubt.dueAt);
  }

  #takeEvidence(connection: TrackedConnection, verdict: Verdict): void {
    if (verdict.reason === 'stalled') this.#evidence.pause(connection);
    else if (isGuess(verdict)) this.#evidence.note(connection);
    else this.#evidence.forget(connection);
  }

  // TCP's own state shows that nobody answers. What it rests on is the network's verdict, which stays as it was.
  #stall(connection: TrackedConnection): void {
    if (connection.stalled !== null || connection.watch === null) return;
    const { path } = connection.watch.verdict;
    const verdict: Verdict = { kind: 'unroutable', reason: 'stalled', path, certain: true };
    const entry = connection.entryFor(verdict);
    if (entry === null) return;
    connection.stalled = verdict;
    if (entry.action === 'invalidate') {
      this.#suspect(connection, verdict, performance.now());
      return;
    }
    connection.state = 'suspect';
    this.#context.tell('suspect', connection, verdict);
  }

  // TCP's own state shows that the path carries it, whatever the network's verdict says.
  #works(connection: TrackedConnection): void {
    const verdict = connection.watch?.verdict;
    // That its host acknowledges does not make a peer speak that the application finds silent.
    if (verdict === undefined || connection.state !== 'suspect' || connection.isSilent) return;
    this.#endDoubt(connection);
    connection.stalled = null;
    connection.state = verdict.kind === 'rerouted' ? 'rerouted' : connection.calmState;
    this.#context.tell(verdict.kind === 'rerouted' ? 'rerouted' : 'recovered', connection, verdict);
  }

  #confirm(due: readonly TrackedConnection[]): void {
    if (this.#context.monitor.isClosed) return;
    const doubted = due.filter((connection) => connection.doubt !== null && connection.watch !== null);
    for (const connection of doubted.filter(isForSilence)) this.#confirmSilence(connection);
    this.#lookAgain(doubted.filter((connection) => connection.stalled !== null));
    const suspects = doubted.filter(
      (connection) => !isForSilence(connection) && connection.stalled === null && connection.doubt !== null,
    );
    const shown = this.#evidence.look(suspects);
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
      else if (connection.entryFor(kernel)?.action !== 'invalidate') this.#retry(connection);
      else if (isSignOfLife(shown.get(connection)?.evidence ?? 'open')) this.#live(connection);
      else this.#conclude(connection, mirror);
    }
  }

  // Something has come from the peer since it became suspect: it stays. Unless that shows that both ways are open, it is
  // watched further.
  #live(connection: TrackedConnection): void {
    this.#works(connection);
    this.#evidence.resume(connection);
  }

  // A connection that is stuck is confirmed by a second look, which must show one more retransmission that nobody answered.
  #lookAgain(connections: readonly TrackedConnection[]): void {
    const shown = this.#evidence.look(connections);
    for (const connection of connections) {
      const { stalled, watch } = connection;
      if (stalled === null || watch === null || connection.doubt === null) continue;
      const { evidence, deadInMs } = shown.get(connection) ?? { evidence: 'open', deadInMs: 0 };
      if (evidence === 'dead') this.#conclude(connection, stalled);
      else if (evidence === 'stuck') this.#grace.schedule(connection, Math.max(deadInMs, LEAST_WAIT_MS));
      else if (evidence === 'works') this.#works(connection);
      else this.judge(connection, watch.verdict);
    }
  }

  // Mirror and kernel have nothing to say about that.
  #confirmSilence(connection: TrackedConnection): void {
    if (!this.#context.isSilent(connection)) return;
    const { verdict, doubt } = connection;
    if (verdict !== null && doubt !== null) this.#conclude(connection, verdict);
  }

  #conclude(connection: TrackedConnection, verdict: Verdict): void {
    if (this.#vetoes.allow(connection, verdict)) this.#context.invalidate(connection, verdict);
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

function isForSilence({ doubt }: TrackedConnection): boolean {
  return doubt?.reason === 'no-proof-of-life';
}

function nextDoubt(connection: TrackedConnection, reason: Reason, reasonSince: number): Doubt {
  const previous = connection.doubt;
  const reasons = new Set([...(previous?.reasons ?? []), reason]);
  const doubt = { reason, reasonSince, since: previous?.since ?? reasonSince, reasons, retryMs: 0 };
  return { ...doubt, dueAt: dueAtFor(connection, doubt) };
}

// What the kernel does not know for certain: a driver may be wrong about its carrier, and a socket's mark may lead it by another
// gateway. Of all else no evidence is needed.
function isGuess({ reason }: Verdict): boolean {
  return reason === 'carrier-lost' || reason === 'gateway-unreachable';
}

// Each reason has its own grace period, from when it began; but however often the reason changes, the doubt lasts no longer
// than the longest of them.
function dueAtFor({ policy }: TrackedConnection, doubt: Omit<Doubt, 'dueAt'>): number {
  const longestMs = Math.max(...[...doubt.reasons].map((reason) => policy[reason].graceMs));
  return Math.min(doubt.reasonSince + policy[doubt.reason].graceMs, doubt.since + longestMs);
}
