import type { UnroutableError } from '../../core/errors.js';
import type { Path } from '../../core/network-types.js';
import type { Policy, PolicyEntry } from '../../core/policy.js';
import type { Flow, Verdict } from '../../core/verdict-types.js';
import type { WatchedFlow } from '../monitor/network-monitor.js';
import type { Connection, ConnectionOwner, ConnectionState } from './connection.js';
import { endpointText } from './flow-of-socket.js';

/** A bad verdict whose grace period runs. Times in milliseconds of `performance.now()`. */
export interface Doubt {
  readonly reason: Verdict['reason'];
  /** When the first of the reasons that led here began. */
  readonly since: number;
  /** The longest grace period among those reasons. */
  readonly longestMs: number;
  readonly dueAt: number;
  /** How long after an undecided confirmation the next one comes; 0: there was none yet. */
  retryMs: number;
}

/** The registry's side of a {@link Connection}: its state, and how to close what it stands for. */
export class TrackedConnection implements Connection {
  #state: ConnectionState = 'pending';
  #since = performance.now();
  #label: string | undefined;
  flow: Flow | null = null;
  watch: WatchedFlow | null = null;
  doubt: Doubt | null = null;
  /** The path it had when it was last routable. */
  lastPath: Path | null = null;

  constructor(
    readonly id: number,
    readonly owner: ConnectionOwner,
    label: string | undefined,
    readonly policy: Policy,
    readonly closeWith: (error: UnroutableError) => void,
    readonly untrack: () => void,
  ) {
    this.#label = label;
  }

  get label(): string {
    return this.#label ?? (this.flow === null ? 'connecting' : endpointText(this.flow.remote));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  set state(state: ConnectionState) {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = performance.now();
  }

  get since(): number {
    return this.#since;
  }

  get verdict(): Verdict | null {
    return this.watch?.verdict ?? null;
  }

  /** What the policy says about a verdict; `null` where there is nothing to do. */
  entryFor(verdict: Verdict): PolicyEntry | null {
    if (verdict.kind === 'routable') return null;
    const entry = this.policy[verdict.reason];
    return entry.action === 'ignore' ? null : entry;
  }
}
