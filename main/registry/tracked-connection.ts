import type { UnroutableError } from '../../core/errors.js';
import type { Path } from '../../core/network-types.js';
import { mergePolicy, type Policy, type PolicyEntry, type PolicyOverrides } from '../../core/policy.js';
import type { Flow, Reason, Verdict } from '../../core/verdict-types.js';
import type { WatchedFlow } from '../monitor/network-monitor.js';
import type { Connection, ConnectionOwner, ConnectionState } from './connection.js';
import type { Veto } from './doubts/vetoes.js';
import type { LivenessOptions } from './liveness/liveness-options.js';
import { comparableHost } from './policy/host-pattern.js';
import type { Peer } from './policy/peer.js';
import { endpointText } from './sockets/flow-of-socket.js';

/** A bad verdict whose grace period runs. Times in milliseconds of `performance.now()`. */
export interface Doubt {
  readonly reason: Reason;
  /** When that reason began. */
  readonly reasonSince: number;
  /** When the first of the reasons that led here began. */
  readonly since: number;
  /** All reasons that led here, with this one. */
  readonly reasons: ReadonlySet<Reason>;
  readonly dueAt: number;
  /** How long after an undecided confirmation the next one comes; 0: there was none yet. */
  retryMs: number;
}

/** What a {@link TrackedConnection} is made of. */
export interface TrackedConnectionOptions {
  readonly id: number;
  readonly owner: ConnectionOwner;
  readonly label: string | undefined;
  /** What its registry says for such a peer, now. */
  readonly policyFor: (peer: Peer) => Policy;
  /** What differs from that for this connection. */
  readonly overrides: PolicyOverrides | undefined;
  readonly liveness: LivenessOptions | undefined;
  /** Whom to ask before it is invalidated. */
  readonly veto: Veto | null;
  readonly closeWith: (error: UnroutableError) => void;
  /** Whether it waits in a pool; see `SpareSockets`. */
  readonly isSpare: () => boolean;
  readonly untrack: () => void;
  /** The application says that its peer lives. */
  readonly proved: (connection: TrackedConnection) => void;
  /** The application changed its policy. */
  readonly policyChanged: (connection: TrackedConnection) => void;
}

/** The registry's side of a {@link Connection}: its state, and how to close what it stands for. */
export class TrackedConnection implements Connection {
  readonly id: number;
  readonly owner: ConnectionOwner;
  readonly veto: Veto | null;
  readonly liveness: LivenessOptions | undefined;
  readonly closeWith: (error: UnroutableError) => void;
  readonly isSpare: () => boolean;
  readonly untrack: () => void;
  readonly #options: TrackedConnectionOptions;
  #label: string | undefined;
  #state: ConnectionState = 'pending';
  #since = performance.now();
  #overrides: PolicyOverrides | undefined;
  #policy: Policy | null = null;
  #hosts: readonly string[] = [];
  #flow: Flow | null = null;
  watch: WatchedFlow | null = null;
  doubt: Doubt | null = null;
  /** Its peer did not show in time that it lives. */
  isSilent = false;
  /** What evidence says against it, over and above the network's verdict. */
  stalled: Verdict | null = null;
  /** Why it is suspect, where its policy closes nothing for that and the application was told. */
  signalled: Reason | null = null;
  /** The path it had when it was last routable. */
  lastPath: Path | null = null;
  /** It is under watch, but not connected yet. */
  isConnecting = false;

  /** Throws `ERR_ROAMKIT_INVALID_ARGUMENT` on overrides that it cannot use, naming the field. */
  constructor(options: TrackedConnectionOptions) {
    this.id = options.id;
    this.owner = options.owner;
    this.veto = options.veto;
    this.liveness = options.liveness;
    this.closeWith = options.closeWith;
    this.isSpare = options.isSpare;
    this.untrack = options.untrack;
    this.#label = options.label;
    this.#options = options;
    this.#overrides = options.overrides;
    this.#policy = this.#policyNow(options.overrides);
  }

  get label(): string {
    return this.#label ?? (this.flow === null ? 'connecting' : endpointText(this.flow.remote));
  }

  set label(label: string) {
    this.#label = label;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  set state(state: ConnectionState) {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = performance.now();
  }

  /** What its state is when nothing is wrong. */
  get calmState(): 'pending' | 'routable' {
    return this.isConnecting ? 'pending' : 'routable';
  }

  get since(): number {
    return this.#since;
  }

  get flow(): Flow | null {
    return this.#flow;
  }

  set flow(flow: Flow | null) {
    this.#flow = flow;
    this.forgetPolicy();
  }

  get verdict(): Verdict | null {
    if (this.stalled !== null) return this.stalled;
    return this.watch === null ? null : this.weigh(this.watch.verdict);
  }

  get policy(): Policy {
    this.#policy ??= this.#policyNow(this.#overrides);
    return this.#policy;
  }

  setPolicy(overrides: PolicyOverrides): void {
    this.#policy = this.#policyNow(overrides);
    this.#overrides = overrides;
    this.#options.policyChanged(this);
  }

  /** What the policy was made of is different now: the registry's policy, or what is known of the peer. */
  forgetPolicy(): void {
    this.#policy = null;
  }

  /** The application asked for these hosts, or for these too. */
  addHosts(hosts: readonly string[]): void {
    const added = hosts.map(comparableHost).filter((host) => !this.#hosts.includes(host));
    if (added.length === 0) return;
    this.#hosts = [...this.#hosts, ...added];
    this.forgetPolicy();
  }

  proveAlive(): void {
    this.#options.proved(this);
  }

  /** The verdict that counts: the network's, unless that would leave open what is silent. */
  weigh(network: Verdict): Verdict {
    if (!this.isSilent || this.entryFor(network)?.action === 'invalidate') return network;
    const silence = silenceOn(network.path);
    return this.entryFor(silence) === null ? network : silence;
  }

  /** What the policy says about a verdict; `null` where there is nothing to do. */
  entryFor(verdict: Verdict): PolicyEntry | null {
    if (verdict.kind === 'routable') return null;
    // An attempt is sent anew by the way that there is now; whether that works, the peer's answer will tell.
    if (this.isConnecting && verdict.kind === 'rerouted') return null;
    const entry = this.policy[verdict.reason];
    return entry.action === 'ignore' ? null : entry;
  }

  #policyNow(overrides: PolicyOverrides | undefined): Policy {
    const { address = null, port = null } = this.#flow?.remote ?? {};
    return mergePolicy(this.#options.policyFor({ hosts: this.#hosts, address, port }), overrides);
  }
}

function silenceOn(path: Path | null): Verdict {
  return { kind: 'unroutable', reason: 'no-proof-of-life', path, certain: true };
}
