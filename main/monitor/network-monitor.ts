import { EventEmitter } from 'eventemitter3';
import { RoamkitError } from '../../core/errors.js';
import { FAMILIES } from '../../core/families.js';
import { diffNetwork, isSamePath, type NetworkChange } from '../../core/network-diff.js';
import type {
  Capabilities,
  Family,
  Lookup,
  LookupOptions,
  NetworkState,
  Path,
  Route,
} from '../../core/network-types.js';
import type { PortalFindings } from '../../core/portal-findings.js';
import { throwLater } from '../../core/throw-later.js';
import type { Verdict } from '../../core/verdict-types.js';
import type {
  AddressChange,
  BackendFlow,
  FlowConfirmation,
  FlowVerdict,
  LinkChange,
  MonitorBackend,
  MonitorBatch,
  MonitorStats,
  PortalAnnouncement,
  RouteChange,
  RouteFilter,
  RuleChange,
} from './backend.js';
import { chooseBackend } from './choose-backend.js';
import { checkLookupOptions, NO_OPTIONS } from './lookup-options.js';
import { checkMonitorOptions, type NetworkMonitorOptions } from './monitor-options.js';
import type { SocketDiagnosis } from './socket-diagnosis.js';
import { StateBuilder } from './state-builder.js';

/** The best default path of a family is another one. */
export interface GatewayChange {
  readonly family: Family;
  readonly from: Path | null;
  readonly to: Path | null;
}

/** A flow under watch; its listener is called with each verdict that differs from the last. */
export interface WatchedFlow {
  /** The verdict now. */
  readonly verdict: Verdict;
  /** It has been so since then, or longer: milliseconds of CLOCK_MONOTONIC, comparable with `process.hrtime()`. */
  readonly since: number;
  /** Stops watching. Idempotent. */
  close(): void;
}

/** Events of a {@link NetworkMonitor}; each argument is the event. Every batch's events come before the next batch's. */
export interface NetworkMonitorEvents {
  /** Status, generation or a default path changed. Noise (containers, renewals, MTU, …) never causes it. */
  change: [change: NetworkChange];
  link: [change: LinkChange];
  address: [change: AddressChange];
  rule: [change: RuleChange];
  route: [change: RouteChange];
  /** A family's default path changed. */
  gateway: [change: GatewayChange];
  /**
   * A router announced where its network's captive-portal API is (RFC 8910), or that there is none. Told once per link,
   * router and URI, and anew when the link was down or without a carrier meanwhile; what was announced before the
   * monitor started comes with the router's next advertisement. Linux only.
   */
  portal: [announcement: PortalAnnouncement];
  /** Messages were lost and the mirror was rebuilt from a fresh dump; the differences came as ordinary events. */
  resync: [];
  /** A whole batch was applied and its events are out. */
  batch: [batch: MonitorBatch];
}

/**
 * A live view of the kernel's links, addresses, rules and routes.
 *
 * ```ts
 * const monitor = await NetworkMonitor.start();
 * monitor.on('change', (change) => console.log(change.summary));
 * monitor.lookup('192.0.2.1').link; // 'eth0'
 * ```
 *
 * A monitor does not keep the process alive; see {@link NetworkMonitor.ref}.
 */
export class NetworkMonitor extends EventEmitter<NetworkMonitorEvents> {
  readonly #backend: MonitorBackend;
  readonly #builder: StateBuilder;
  readonly #flows = new Map<number, WatchedFlowEntry>();
  #receivedAt: number;
  #isClosed = false;

  private constructor(backend: MonitorBackend, initial: MonitorBatch) {
    super();
    this.#backend = backend;
    this.#builder = new StateBuilder(initial);
    this.#receivedAt = initial.receivedAt;
  }

  /**
   * Starts a monitor; resolves once its copy is consistent with the kernel.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on options it cannot use, `ERR_ROAMKIT_NETLINK` where
   * `netns` cannot be entered or `backend: 'netlink'` is denied, `ERR_ROAMKIT_UNSUPPORTED_PLATFORM` where there is
   * no netlink at all.
   */
  static async start(options: NetworkMonitorOptions = {}): Promise<NetworkMonitor> {
    checkMonitorOptions(options);
    const early: MonitorBatch[] = [];
    let apply = (batch: MonitorBatch): void => {
      early.push(batch);
    };
    const { backend, initial } = await chooseBackend(options, (batch) => apply(batch));
    const monitor = new NetworkMonitor(backend, initial);
    apply = (batch) => monitor.#apply(batch);
    for (const batch of early) monitor.#apply(batch);
    return monitor;
  }

  /** What the monitor knows now; the same object until something changed. */
  get state(): NetworkState {
    return this.#builder.state;
  }

  /** What this platform and privilege let it see. */
  get capabilities(): Capabilities {
    return this.#backend.capabilities;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Counters, taken at the time of the call. */
  get stats(): MonitorStats {
    return this.#backend.stats;
  }

  /**
   * When the kernel's news of the last batch was read: milliseconds of CLOCK_MONOTONIC, comparable with
   * `process.hrtime()`. In a listener: of the batch that its event belongs to.
   */
  get receivedAt(): number {
    return this.#receivedAt;
  }

  /** The mirror's routes, fetched in pages while one iterates. */
  routes(filter: RouteFilter = {}): Iterable<Route> {
    this.#assertOpen();
    return this.#backend.routes(filter);
  }

  /**
   * How a packet to `destination` (an IP literal) would leave, from the mirror.
   * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` when an address is no IP literal or an option cannot be meant.
   */
  lookup(destination: string, options: LookupOptions = NO_OPTIONS): Lookup {
    this.#assertOpen();
    checkLookupOptions(options);
    return this.#backend.lookup(destination, options);
  }

  /**
   * The same from the kernel's own answer (RTM_GETROUTE, <linux/rtnetlink.h>): about 5 µs, blocking.
   * @throws RoamkitError `ERR_ROAMKIT_UNSUPPORTED_PLATFORM` on the portable backend, `ERR_ROAMKIT_INVALID_ARGUMENT` as
   * `lookup` and for a protocol that the kernel does not answer about, `ERR_ROAMKIT_NETLINK` on failure.
   */
  lookupKernel(destination: string, options: LookupOptions = NO_OPTIONS): Lookup {
    this.#assertOpen();
    checkLookupOptions(options);
    return this.#backend.lookupKernel(destination, options);
  }

  /**
   * Watches a single flow; `onVerdict` gets each new verdict, and since when, at the latest, it has been so (as
   * `WatchedFlow.since`), which a busy application hears of later. What a {@link ConnectionRegistry} is built on; most
   * applications want that instead.
   */
  watchFlow(flow: BackendFlow, onVerdict: VerdictListener): WatchedFlow {
    this.#assertOpen();
    const added = this.#backend.addFlow(flow);
    const id = added.flow;
    const entry = new WatchedFlowEntry(added, onVerdict, () => {
      if (this.#flows.delete(id) && !this.#isClosed) this.#backend.removeFlow(id);
    });
    this.#flows.set(id, entry);
    return entry;
  }

  /** The mirror's and the kernel's verdicts on watched flows, now. Closed flows give `null`. */
  confirmFlows(flows: readonly WatchedFlow[]): (FlowConfirmation | null)[] {
    return this.#askAbout(flows, (ids) => this.#backend.confirmFlows(ids));
  }

  /**
   * What the kernel knows of the watched flows' TCP sockets, now (sock_diag(7)): all in one pass, about 7 µs each,
   * blocking. `null`: a closed flow; UDP, or a local end that is not known; no such connection in this network namespace; a
   * socket that is bound to a link which the flow's `oif` does not tell; or nothing is known of any, as
   * `capabilities.socketDiagnosis` says.
   * @throws RoamkitError `ERR_ROAMKIT_CLOSED`; `ERR_ROAMKIT_NETLINK` where the kernel could not be asked now.
   */
  diagnoseFlows(flows: readonly WatchedFlow[]): (SocketDiagnosis | null)[] {
    return this.#askAbout(flows, (ids) => this.#backend.diagnoseFlows(ids));
  }

  /**
   * The time now (milliseconds of CLOCK_MONOTONIC) if all that the kernel told until now was read, else `null`: what
   * `BackendFlow.connectingSinceMs` takes.
   */
  readUpTo(): number | null {
    return this.#isClosed ? null : this.#backend.readUpTo();
  }

  /**
   * Whether the kernel has told of something that was not read yet, so that what is known may be old. Never where that cannot be told: with the
   * portable backend, and once the monitor is closed.
   */
  get isBehind(): boolean {
    return !this.#isClosed && this.capabilities.backend === 'netlink' && this.readUpTo() === null;
  }

  /**
   * Takes what a portal detector found on the default paths as they are now: `status`, `families`, `validated` and `portal` of the
   * state say it until a path changes. `null`: no detector runs any more. What a {@link PortalDetector} calls; most
   * applications want that instead.
   */
  reportPortal(findings: PortalFindings | null): void {
    if (this.#isClosed) return;
    const previous = this.#builder.state;
    this.#builder.report(findings);
    const change = diffNetwork(previous, this.#builder.state);
    if (change !== null) this.#tell('change', change);
  }

  /** Compares the mirror with the kernel anew, soon; what differs arrives as ordinary events. */
  audit(): void {
    if (!this.#isClosed) this.#backend.audit();
  }

  /**
   * Reads the kernel's state anew, from dumps that begin after the call, and judges all watched flows anew, as after the
   * machine slept. What differs arrives as ordinary events; then it resolves. Where routes never rest, or dumps fail, that
   * may take long: it is tried again until the mirror is whole.
   * @throws RoamkitError (rejects) `ERR_ROAMKIT_CLOSED` where the monitor is closed, or meanwhile.
   */
  async resync(): Promise<void> {
    this.#assertOpen();
    await this.#backend.resync();
    this.#assertOpen();
  }

  /** Keeps the process alive while the monitor is open. */
  ref(): this {
    if (!this.#isClosed) this.#backend.ref();
    return this;
  }

  /** Undoes {@link NetworkMonitor.ref}. */
  unref(): this {
    if (!this.#isClosed) this.#backend.unref();
    return this;
  }

  /** Stops the monitor and frees its thread and sockets. Idempotent. No event comes after it is called. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.removeAllListeners();
    this.#flows.clear();
    await this.#backend.close();
  }

  /** The same as {@link NetworkMonitor.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #apply(batch: MonitorBatch): void {
    if (this.#isClosed) return;
    const previous = this.#builder.state;
    this.#receivedAt = batch.receivedAt;
    this.#builder.apply(batch);
    // First what cannot wait: the sooner a dead connection is known, the better.
    for (const { flow, verdict, since } of batch.verdicts) this.#flows.get(flow)?.update(verdict, since);
    for (const change of batch.links) this.#tell('link', change);
    for (const change of batch.addresses) this.#tell('address', change);
    for (const change of batch.rules) this.#tell('rule', change);
    for (const change of batch.routes) this.#tell('route', change);
    for (const announcement of batch.portals) this.#tell('portal', announcement);
    if (batch.resync) this.#tell('resync');
    const next = this.#builder.state;
    for (const family of FAMILIES) {
      const from = previous.defaultPaths[family];
      const to = next.defaultPaths[family];
      if (!isSamePath(from, to)) this.#tell('gateway', { family, from, to });
    }
    const change = diffNetwork(previous, next, batch.lostDefaults);
    if (change !== null) this.#tell('change', change);
    this.#tell('batch', batch);
  }

  // Of those that are still watched; the others give `null`.
  #askAbout<Answer>(
    flows: readonly WatchedFlow[],
    ask: (ids: readonly number[]) => readonly (Answer | null)[],
  ): (Answer | null)[] {
    this.#assertOpen();
    const entries = flows.map((flow) =>
      flow instanceof WatchedFlowEntry && this.#flows.has(flow.id) ? flow : null,
    );
    const open = entries.filter((entry) => entry !== null);
    const answers = ask(open.map((entry) => entry.id));
    let next = 0;
    return entries.map((entry) => (entry === null ? null : (answers[next++] ?? null)));
  }

  // A listener that throws must not leave the batch half applied: its error surfaces as an uncaught exception after it.
  #tell<E extends keyof NetworkMonitorEvents>(event: E, ...args: NetworkMonitorEvents[E]): void {
    throwLater(() => {
      this.emit(event, ...(args as never));
    });
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new RoamkitError('ERR_ROAMKIT_CLOSED', 'this NetworkMonitor is closed');
  }
}

type VerdictListener = (verdict: Verdict, since: number) => void;

class WatchedFlowEntry implements WatchedFlow {
  readonly id: number;
  #verdict: Verdict;
  #since: number;

  constructor(
    { flow, verdict, since }: FlowVerdict,
    readonly onVerdict: VerdictListener,
    readonly close: () => void,
  ) {
    this.id = flow;
    this.#verdict = verdict;
    this.#since = since;
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  get since(): number {
    return this.#since;
  }

  update(verdict: Verdict, since: number): void {
    this.#verdict = verdict;
    this.#since = since;
    throwLater(() => this.onVerdict(verdict, since));
  }
}
