/**
 * 100,000 flows on 1,000,000 routes: what an unrelated route change costs the monitor's thread, beside the same with 100
 * flows; and how long a switch of the default route takes, which touches all of them. `ROAMKIT_BENCH_ROUTES` and
 * `ROAMKIT_BENCH_FLOWS` set other numbers.
 */
import { NetworkMonitor, type RouteChange } from '../main/index.js';
import { IpShell } from '../test/fixtures/ip-shell.js';
import { tcpFlow } from '../test/fixtures/tcp-flow.js';
import type { TwoLinkLab } from '../test/lab/index.js';
import { largeNetwork, prefixOf } from './scale/large-network.js';
import { NativeThread } from './scale/native-thread.js';
import { summaryHeading, summaryLine } from './summary.js';

const ROUTES = Number(process.env['ROAMKIT_BENCH_ROUTES'] ?? 1_000_000);
const FLOWS = Number(process.env['ROAMKIT_BENCH_FLOWS'] ?? 100_000);
const FEW_FLOWS = 100;
const ROUNDS = 10;
const CHANGES_PER_ROUND = 200;

/** Every peer an address of its own, none of them in the table's many prefixes: all leave by the default route. */
function peer(n: number): string {
  return `100.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
}

class Watch implements AsyncDisposable {
  readonly #thread = NativeThread.find();

  private constructor(
    readonly monitor: NetworkMonitor,
    private readonly ip: IpShell,
  ) {}

  static async start(net: TwoLinkLab, flows: number): Promise<Watch> {
    const monitor = await NetworkMonitor.start({ netns: net.client.netns });
    monitor.ref();
    const watch = new Watch(monitor, await IpShell.open(net.client));
    for (let n = 0; n < flows; n++) {
      monitor.watchFlow(
        tcpFlow(net.addresses.ethernet.v4, peer(n), { localPort: 1024 + (n % 60_000) }),
        () => {},
      );
    }
    return watch;
  }

  /** The thread's CPU time and the flows it checked, from the command to the event that tells of the route. */
  async cost(command: string, dst: string): Promise<{ readonly cpuMs: number; readonly checks: number }> {
    const cpuMs = this.#thread.cpuMs;
    const checks = this.monitor.stats.flowChecks;
    const told = new Promise<void>((resolve) => {
      const look = ({ route }: RouteChange): void => {
        if (route.dst !== dst) return;
        this.monitor.off('route', look);
        resolve();
      };
      this.monitor.on('route', look);
    });
    await Promise.all([this.ip.run(command), told]);
    return { cpuMs: this.#thread.cpuMs - cpuMs, checks: this.monitor.stats.flowChecks - checks };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ip[Symbol.asyncDispose]();
    await this.monitor.close();
  }
}

/** Microseconds for a route that no flow uses to come and go again. */
async function unrelatedChange(watch: Watch): Promise<number> {
  let cpuMs = 0;
  for (let n = 0; n < CHANGES_PER_ROUND; n += 2) {
    for (const verb of ['del', 'add']) {
      const cost = await watch.cost(`route ${verb} ${prefixOf(n)} via 192.0.2.254`, prefixOf(n));
      if (cost.checks > 0) throw new Error(`an unrelated change checked ${cost.checks} flows`);
      cpuMs += cost.cpuMs;
    }
  }
  return (cpuMs * 1000) / CHANGES_PER_ROUND;
}

/** Milliseconds for the best default route to go, and to come back. */
async function defaultSwitch(watch: Watch): Promise<readonly [gone: number, back: number]> {
  const costs: number[] = [];
  for (const verb of ['del', 'add']) {
    const command = `route ${verb} default via 198.51.100.254 dev eth0 metric 100`;
    const cost = await watch.cost(command, '0.0.0.0/0');
    if (cost.checks < FLOWS) throw new Error(`a switch of the default checked ${cost.checks} flows`);
    costs.push(cost.cpuMs);
  }
  return [costs[0] ?? 0, costs[1] ?? 0];
}

await using net = await largeNetwork(ROUTES);
// One monitor at a time has the name by which its thread is found, so the two take turns.
const unrelated: { few: number; many: number }[] = [];
const switches: (readonly [number, number])[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const costs = [];
  for (const flows of [FEW_FLOWS, FLOWS]) {
    await using watch = await Watch.start(net, flows);
    costs.push(await unrelatedChange(watch));
    if (flows === FLOWS) switches.push(await defaultSwitch(watch));
  }
  unrelated.push({ few: costs[0] ?? 0, many: costs[1] ?? 0 });
}
console.log(
  `an unrelated route change, CPU time of the thread\n${summaryHeading.replace('milliseconds', 'microseconds')}`,
);
console.log(
  summaryLine(
    `with ${FEW_FLOWS} flows`,
    unrelated.map(({ few }) => few),
  ),
);
console.log(
  summaryLine(
    `with ${FLOWS} flows`,
    unrelated.map(({ many }) => many),
  ),
);
console.log(
  summaryLine(
    'ratio',
    unrelated.map(({ few, many }) => many / few),
  ),
);
console.log(`a switch of the default route, ${FLOWS} flows, CPU time of the thread\n${summaryHeading}`);
console.log(
  summaryLine(
    'it goes',
    switches.map(([gone]) => gone),
  ),
);
console.log(
  summaryLine(
    'it comes back',
    switches.map(([, back]) => back),
  ),
);
