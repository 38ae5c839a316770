import type {
  Address,
  Capabilities,
  DefaultPaths,
  Family,
  Link,
  Lookup,
  LookupOptions,
  Route,
  Rule,
} from '../../core/network-types.js';
import type { Verdict } from '../../core/verdict-types.js';
import type { SocketDiagnosis } from './socket-diagnosis.js';

/** What happened to an entry of the mirror; `change`: the same key with other content. */
export type ChangeKind = 'add' | 'change' | 'remove';

export interface LinkChange {
  readonly kind: ChangeKind;
  readonly link: Link;
}
export interface AddressChange {
  readonly kind: ChangeKind;
  readonly address: Address;
}
export interface RuleChange {
  readonly kind: ChangeKind;
  readonly rule: Rule;
}
export interface RouteChange {
  readonly kind: ChangeKind;
  readonly route: Route;
}

/**
 * A network's own word about its captive portal: option 37 of a router advertisement (RFC 8910 section 2.3). Nobody
 * vouches for it: any host on the link can send one, with any URI.
 */
export interface PortalAnnouncement {
  /** The link on which it arrived. */
  readonly ifindex: number;
  readonly link: string;
  /**
   * Of the captive-portal API (RFC 8908), as it was sent: a scheme and printable ASCII without spaces, 2,038 characters
   * at most. `urn:ietf:params:capport:unrestricted`: there is no portal.
   */
  readonly uri: string;
  /** The router's link-local address, without the scope. */
  readonly router: string;
  /** When it was read: milliseconds of CLOCK_MONOTONIC. */
  readonly receivedAt: number;
}

/**
 * All that one wake of a backend found, applied as a whole. A large one comes in parts, one a turn of the event loop:
 * verdicts first, then the state that they follow from, then the rest of the routes.
 */
export interface MonitorBatch {
  /** When the first message of the batch was read: milliseconds of CLOCK_MONOTONIC. */
  readonly receivedAt: number;
  readonly links: readonly LinkChange[];
  readonly addresses: readonly AddressChange[];
  readonly rules: readonly RuleChange[];
  readonly routes: readonly RouteChange[];
  /** Route changes beyond what a batch lists; the mirror has them. */
  readonly omittedRoutes: number;
  /** Both default paths, where one of them changed, else `null`. */
  readonly defaultPaths: DefaultPaths | null;
  /** Families whose previous default path is gone, rather than beaten by a better one. */
  readonly lostDefaults: readonly Family[];
  /** What is said of flows from now on. */
  readonly verdicts: readonly FlowVerdict[];
  /** What routers say about captive portals and did not say before; of more than 64, the latest. */
  readonly portals: readonly PortalAnnouncement[];
  /** Messages were lost and the mirror was rebuilt; what differed is in this batch. */
  readonly resync: boolean;
}

/** What is said of a watched flow. */
export interface FlowVerdict {
  readonly flow: number;
  readonly verdict: Verdict;
  /** It has been so since then, or longer: milliseconds of CLOCK_MONOTONIC. */
  readonly since: number;
}

/** A flow with its addresses as literals. */
export interface BackendFlow {
  readonly protocol: 'tcp' | 'udp';
  /** `null`: not known. */
  readonly localAddress: string | null;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The ifindex of the link the socket is bound to, or 0. */
  readonly oif: number;
  /**
   * When the socket began to connect, for one that has connected since (milliseconds of CLOCK_MONOTONIC): what the
   * network lost after that had carried it. `null`: its situation now is taken for one that works.
   */
  readonly connectingSinceMs: number | null;
}

/** Two verdicts on a flow, computed at the same time: from the mirror, and from the kernel's own answers. */
export interface FlowConfirmation {
  readonly mirror: Verdict;
  readonly kernel: Verdict;
}

/** What a monitor holds, and what it did since it started. */
export interface MonitorStats {
  readonly links: number;
  readonly addresses: number;
  readonly rules: number;
  /** Next-hop objects (`ip nexthop`). */
  readonly nexthops: number;
  readonly routes: number;
  readonly flows: number;
  /** Neighbours (of all kinds, gateways or not) that the kernel has given up finding. */
  readonly failedNeighbours: number;
  /** Batches handed over. */
  readonly batches: number;
  /** Netlink messages read. */
  readonly messages: number;
  /** Messages refused because an attribute's length was wrong. */
  readonly malformedMessages: number;
  /** How often the thread woke. */
  readonly wakeups: number;
  /** How often the kernel dropped messages because the receive buffer was full (ENOBUFS). */
  readonly overruns: number;
  readonly resyncs: number;
  /** Re-dumps after an inferred change (see docs/how-it-works.md), and those that `audit()` and `resync()` asked for. */
  readonly audits: number;
  /** Entries that an audit had to correct. */
  readonly auditCorrections: number;
  /** Verdicts computed. */
  readonly flowChecks: number;
  /** The receive buffer that the kernel granted. */
  readonly receiveBufferBytes: number;
}

/** Which routes to list. */
export interface RouteFilter {
  /** A table's number; all tables where it is not given. */
  readonly table?: number;
  readonly family?: Family;
  /** Only routes with a leg on this link. */
  readonly oif?: number;
}

/** Where the network's state comes from: one implementation a platform. */
export interface MonitorBackend {
  readonly capabilities: Capabilities;
  readonly stats: MonitorStats;
  /** Resolves with everything as a batch of additions once it is consistent; later batches go to `onBatch`. */
  start(onBatch: (batch: MonitorBatch) => void): Promise<MonitorBatch>;
  lookup(destination: string, options: LookupOptions): Lookup;
  lookupKernel(destination: string, options: LookupOptions): Lookup;
  routes(filter: RouteFilter): Iterable<Route>;
  addFlow(flow: BackendFlow): FlowVerdict;
  removeFlow(flow: number): void;
  confirmFlows(flows: readonly number[]): readonly FlowConfirmation[];
  /** One answer for each flow; `null`: no such TCP socket, or nothing is known of any. */
  diagnoseFlows(flows: readonly number[]): readonly (SocketDiagnosis | null)[];
  /** Compares with the kernel anew, soon; corrections arrive as a batch. */
  audit(): void;
  /** Reads the system's state anew and judges all flows anew; resolves once what differed went to `onBatch`. */
  resync(): Promise<void>;
  /** The time now (milliseconds of CLOCK_MONOTONIC) if everything the kernel told until now was read, else `null`. */
  readUpTo(): number | null;
  ref(): void;
  unref(): void;
  close(): Promise<void>;
}
