import { invalidArgument, RoamkitError } from '../../core/errors.js';
import { FAMILIES } from '../../core/families.js';
import { areSamePaths } from '../../core/network-diff.js';
import type { Capabilities, Lookup, LookupOptions, Route } from '../../core/network-types.js';
import type { Verdict } from '../../core/verdict-types.js';
import type {
  BackendFlow,
  ChangeKind,
  FlowConfirmation,
  FlowVerdict,
  MonitorBackend,
  MonitorBatch,
  MonitorStats,
} from './backend.js';
import { emptyBatch } from './empty-batch.js';
import { familyOf, type Interfaces, ifindexOf, ownerOf, pathTo, readInterfaces } from './interfaces.js';
import { monotonicNow } from './monotonic-time.js';

// Node has no event for interface changes: a change is noticed at the next look. Two seconds is far below any
// connection's own timeout, and a look costs a few dozen microseconds.
const POLL_MS = 2000;

interface PortableFlow {
  readonly spec: BackendFlow;
  /** Whether the local address was ours when the watch began; if not, its absence says nothing. */
  readonly hadLocal: boolean;
  verdict: Verdict;
}

/**
 * Any platform, and Linux where netlink is denied: what `os.networkInterfaces()` shows, polled. It notices addresses
 * and links that go, not routes. The first link with a global address stands for the default path.
 */
export class PortableBackend implements MonitorBackend {
  readonly capabilities: Capabilities;
  readonly #ifindexes = new Map<string, number>();
  readonly #flows = new Map<number, PortableFlow>();
  #interfaces: Interfaces = { links: new Map(), addresses: new Map(), defaultPaths: { 4: null, 6: null } };
  #onBatch: (batch: MonitorBatch) => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #nextFlow = 1;
  #batches = 0;
  #wakeups = 0;
  #flowChecks = 0;

  constructor(missing: readonly string[]) {
    this.capabilities = Object.freeze({
      backend: 'portable',
      events: false,
      routes: false,
      kernelLookup: false,
      socketDiagnosis: false,
      missing: Object.freeze([
        ...missing,
        `changes are noticed by a look at the interfaces every ${POLL_MS} ms, not as they happen`,
        'routes, rules and gateways cannot be seen: only lost addresses make a connection unroutable, and a ' +
          'lookup goes by source and link, not by mark, uid, tos, protocol or ports',
        'the state of TCP sockets cannot be seen: connections that are stuck are not noticed',
      ]),
    });
  }

  get stats(): MonitorStats {
    return {
      links: this.#interfaces.links.size,
      addresses: this.#interfaces.addresses.size,
      rules: 0,
      nexthops: 0,
      routes: 0,
      flows: this.#flows.size,
      failedNeighbours: 0,
      batches: this.#batches,
      messages: 0,
      malformedMessages: 0,
      wakeups: this.#wakeups,
      overruns: 0,
      resyncs: 0,
      audits: 0,
      auditCorrections: 0,
      flowChecks: this.#flowChecks,
      receiveBufferBytes: 0,
    };
  }

  async start(onBatch: (batch: MonitorBatch) => void): Promise<MonitorBatch> {
    this.#onBatch = onBatch;
    this.#timer = setInterval(() => this.#poll(), POLL_MS).unref();
    return this.#refresh() ?? emptyBatch();
  }

  lookup(destination: string, options: LookupOptions): Lookup {
    const family = familyOf(destination, 'destination');
    const { source } = options;
    if (source !== undefined && familyOf(source, 'source') !== family)
      throw invalidArgument('source', "is not of the destination's family");
    const scope = destination.split('%')[1];
    const oif =
      options.oif === undefined
        ? ifindexOf(this.#interfaces, scope, 'destination')
        : ifindexOf(this.#interfaces, options.oif, 'oif');
    const path = pathTo(this.#interfaces, destination, family, { source, oif });
    return {
      dst: destination,
      routable: path !== null,
      reason: path === null ? 'no-route' : null,
      type: path === null ? null : 'unicast',
      table: null,
      prefix: null,
      oif: path?.oif ?? null,
      link: path?.link ?? null,
      gateway: null,
      source: path?.source ?? null,
      certain: false,
      nexthops: null,
    };
  }

  lookupKernel(): Lookup {
    throw new RoamkitError(
      'ERR_ROAMKIT_UNSUPPORTED_PLATFORM',
      'the portable backend has no kernel to ask; capabilities.kernelLookup says so',
    );
  }

  *routes(): Iterable<Route> {}

  addFlow(spec: BackendFlow): FlowVerdict {
    familyOf(spec.remoteAddress, 'remote address');
    const flow = this.#nextFlow++;
    const hadLocal = spec.localAddress !== null && ownerOf(this.#interfaces, spec.localAddress) !== undefined;
    const entry: PortableFlow = {
      spec,
      hadLocal,
      verdict: { kind: 'routable', reason: null, path: null, certain: false },
    };
    entry.verdict = this.#judge(entry, this.#interfaces);
    this.#flows.set(flow, entry);
    return { flow, verdict: entry.verdict, since: monotonicNow() };
  }

  removeFlow(flow: number): void {
    this.#flows.delete(flow);
  }

  confirmFlows(flows: readonly number[]): readonly FlowConfirmation[] {
    const fresh = readInterfaces((name) => this.#ifindex(name)) ?? this.#interfaces;
    return flows.map((id) => {
      const flow = this.#flows.get(id);
      if (flow === undefined) throw invalidArgument('flow', `${id} is not watched`);
      return { mirror: this.#judge(flow, this.#interfaces), kernel: this.#judge(flow, fresh) };
    });
  }

  diagnoseFlows(flows: readonly number[]): readonly null[] {
    return flows.map(() => null);
  }

  audit(): void {
    queueMicrotask(() => this.#poll());
  }

  async resync(): Promise<void> {
    await Promise.resolve();
    this.#poll();
  }

  readUpTo(): null {
    return null;
  }

  ref(): void {
    this.#timer?.ref();
  }

  unref(): void {
    this.#timer?.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#flows.clear();
  }

  #poll(): void {
    if (this.#timer === undefined) return;
    this.#wakeups++;
    const batch = this.#refresh();
    if (batch !== null) this.#onBatch(batch);
  }

  #refresh(): MonitorBatch | null {
    const previous = this.#interfaces;
    const next = readInterfaces((name) => this.#ifindex(name));
    if (next === null) return null;
    const links = changes(previous.links, next.links).map(({ kind, value }) => ({ kind, link: value }));
    const addresses = changes(previous.addresses, next.addresses).map(({ kind, value }) => ({
      kind,
      address: value,
    }));
    if (links.length === 0 && addresses.length === 0) return null;
    this.#interfaces = next;
    this.#batches++;
    const pathsChanged = !areSamePaths(previous.defaultPaths, next.defaultPaths);
    const batch = emptyBatch();
    return {
      ...batch,
      links,
      addresses,
      defaultPaths: pathsChanged ? next.defaultPaths : null,
      lostDefaults: FAMILIES.filter((family) => {
        const source = previous.defaultPaths[family]?.source;
        return typeof source === 'string' && ownerOf(next, source) === undefined;
      }),
      verdicts: this.#recheck(batch.receivedAt),
    };
  }

  #recheck(since: number): readonly FlowVerdict[] {
    const changed: FlowVerdict[] = [];
    for (const [flow, entry] of this.#flows) {
      const verdict = this.#judge(entry, this.#interfaces);
      if (verdict.kind !== entry.verdict.kind || verdict.reason !== entry.verdict.reason)
        changed.push({ flow, verdict, since });
      entry.verdict = verdict;
    }
    return changed;
  }

  #judge({ spec, hadLocal }: PortableFlow, interfaces: Interfaces): Verdict {
    this.#flowChecks++;
    const family = familyOf(spec.remoteAddress, 'remote address');
    const path = pathTo(interfaces, spec.remoteAddress, family, {
      source: spec.localAddress ?? undefined,
    });
    if (hadLocal && spec.localAddress !== null && ownerOf(interfaces, spec.localAddress) === undefined) {
      return { kind: 'unroutable', reason: 'source-removed', path: null, certain: false };
    }
    return { kind: 'routable', reason: null, path, certain: false };
  }

  // Node tells no interface's index; one that stays the same while this backend lives serves as well.
  #ifindex(name: string): number {
    const known = this.#ifindexes.get(name);
    if (known !== undefined) return known;
    const ifindex = this.#ifindexes.size + 1;
    this.#ifindexes.set(name, ifindex);
    return ifindex;
  }
}

function changes<K, V>(
  previous: ReadonlyMap<K, V>,
  next: ReadonlyMap<K, V>,
): { kind: ChangeKind; value: V }[] {
  const found: { kind: ChangeKind; value: V }[] = [];
  for (const [key, value] of previous) if (!next.has(key)) found.push({ kind: 'remove', value });
  for (const [key, value] of next) if (!previous.has(key)) found.push({ kind: 'add', value });
  return found;
}
