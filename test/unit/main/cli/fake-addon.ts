import type { Lookup, Path, Route, Rule } from '../../../../core/network-types.js';
import type { Verdict } from '../../../../core/verdict-types.js';
import type { FlowConfirmation, MonitorBatch, MonitorStats } from '../../../../main/monitor/backend.js';
import { emptyBatch } from '../../../../main/monitor/empty-batch.js';
import { monotonicNow } from '../../../../main/monitor/monotonic-time.js';
import type { NativeAddon, NativeLookup, NativeMonitor } from '../../../../main/monitor/native-addon.js';

/** The path of everything in {@link FakeAddon}'s network, unless a test says otherwise. */
export const PATH: Path = {
  oif: 2,
  link: 'eth0',
  gateway: '192.0.2.254',
  source: '192.0.2.1',
  table: 254,
  gatewayReachable: true,
};

const EMPTY: MonitorBatch = { ...emptyBatch(), receivedAt: 0 };

/**
 * An addon whose network is what the test says, and whose changes come when the test says. Its monitor is given to
 * `NetworkMonitor` by mocking `loadNativeAddon`.
 */
export class FakeAddon {
  /** How everything leaves; `null`: not at all. */
  path: Path | null = PATH;
  routes: readonly Route[] = [];
  rules: readonly Rule[] = [];
  /** How the kernel's answers differ from the mirror's. */
  kernel: Partial<Lookup> = {};
  /** What the next audit corrects. */
  corrections = 0;
  stats: MonitorStats = {
    links: 0,
    addresses: 0,
    rules: 0,
    nexthops: 0,
    routes: 0,
    flows: 0,
    failedNeighbours: 0,
    batches: 0,
    messages: 0,
    malformedMessages: 0,
    wakeups: 0,
    overruns: 0,
    resyncs: 0,
    audits: 0,
    auditCorrections: 0,
    flowChecks: 0,
    receiveBufferBytes: 16 * 1024 * 1024,
  };
  readonly #verdicts = new Map<number, Verdict>();
  #onBatch: (batch: MonitorBatch) => void = () => {};

  /** Hands a batch over, as the monitor's thread would. */
  send(batch: Partial<MonitorBatch>): void {
    this.#onBatch({ ...EMPTY, ...batch });
  }

  /** Mirror and kernel turn to `verdict` about all flows that there are; new ones are routable. */
  judge(receivedAt: number, verdict: Verdict): void {
    const since = monotonicNow();
    const verdicts = [...this.#verdicts.keys()].map((flow) => ({ flow, verdict, since }));
    for (const { flow } of verdicts) this.#verdicts.set(flow, verdict);
    this.send({ receivedAt, verdicts });
  }

  lookup(dst: string): Lookup {
    const { path } = this;
    return {
      dst,
      routable: path !== null,
      reason: path === null ? 'no-route' : null,
      type: path === null ? null : 'unicast',
      table: path?.table ?? null,
      prefix: path === null ? null : '0.0.0.0/0',
      oif: path?.oif ?? null,
      link: path?.link ?? null,
      gateway: path?.gateway ?? null,
      source: path?.source ?? null,
      certain: true,
      nexthops: null,
    };
  }

  addon(): NativeAddon {
    const fake = this;
    let flows = 0;
    class Monitor implements NativeMonitor {
      constructor(_options: object, onBatch: (batch: MonitorBatch) => void) {
        fake.#onBatch = onBatch;
      }
      start(): Promise<MonitorBatch> {
        return Promise.resolve({
          ...EMPTY,
          receivedAt: 1,
          rules: fake.rules.map((rule) => ({ kind: 'add' as const, rule })),
          defaultPaths: { 4: fake.path, 6: null },
        });
      }
      lookup(dst: string): NativeLookup {
        return nativeLookup(fake.lookup(dst));
      }
      lookupKernel(dst: string): NativeLookup {
        return nativeLookup({ ...fake.lookup(dst), prefix: null, ...fake.kernel });
      }
      routes(_filter: object, cursor: string | null) {
        const start = Number(cursor);
        const end = start + 2;
        return {
          routes: fake.routes.slice(start, end),
          cursor: end < fake.routes.length ? String(end) : null,
        };
      }
      addFlow() {
        const flow = ++flows;
        const verdict: Verdict = { kind: 'routable', reason: null, path: fake.path, certain: true };
        fake.#verdicts.set(flow, verdict);
        return { flow, verdict, since: 0 };
      }
      removeFlow(flow: number): void {
        fake.#verdicts.delete(flow);
      }
      confirmFlows(asked: readonly number[]): FlowConfirmation[] {
        return asked.map((flow) => {
          const verdict = fake.#verdicts.get(flow);
          if (verdict === undefined) throw new Error(`flow ${flow} is not watched`);
          return { mirror: verdict, kernel: verdict };
        });
      }
      diagnoseFlows(asked: readonly number[]): null[] {
        return asked.map(() => null);
      }
      whyNoDiagnosis(): null {
        return null;
      }
      audit(): void {
        const { audits, auditCorrections } = fake.stats;
        fake.stats = {
          ...fake.stats,
          audits: audits + 1,
          auditCorrections: auditCorrections + fake.corrections,
        };
      }

      resume(): void {}

      async resync() {}

      readUpTo(): number {
        return performance.now();
      }
      stats(): MonitorStats {
        return fake.stats;
      }
      ref(): void {}
      unref(): void {}
      close(): Promise<void> {
        return Promise.resolve();
      }
    }
    return {
      NativeMonitor: Monitor,
      enterNetworkNamespace: () => {},
      boundIfindex: () => 0,
      setUserTimeout: () => false,
      takeInventory: async () => ({ processes: [], addresses: [], sockets: new Uint32Array() }),
      resetSocket: () => false,
    };
  }
}

function nativeLookup(lookup: Lookup): NativeLookup {
  const { reason, type, table, prefix, oif, link, gateway, source, certain, nexthops } = lookup;
  const values = [reason, type, table, prefix, oif, link, gateway, source, certain ? 'certain' : null];
  const fields = values.map((value) => value ?? '').join('\n');
  return nexthops === null ? fields : [fields, nexthops];
}
