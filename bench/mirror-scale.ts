/**
 * A mirror of 1,000,000 IPv4 routes: how long the initial sync takes, beside a bare C loop that only receives the same
 * dump; what it costs in memory; and a lookup beside the kernel's own answer (RTM_GETROUTE), in C++ and
 * from JavaScript. `ROAMKIT_BENCH_ROUTES` sets another number of routes.
 */
import { NetworkMonitor } from '../main/index.js';
import type { Host } from '../test/lab/index.js';
import { addressOf, largeNetwork } from './scale/large-network.js';
import { NativeProgram } from './scale/native-program.js';
import { NativeThread } from './scale/native-thread.js';
import { summaryHeading, summaryLine } from './summary.js';

const ROUTES = Number(process.env['ROAMKIT_BENCH_ROUTES'] ?? 1_000_000);
/** Floor and monitor in turn, so that both see the same machine. */
const SYNCS = 7;
const LOOKUPS = 20_000;
const LOOKUP_ROUNDS = 10;

interface Sync {
  readonly clockMs: number;
  readonly cpuMs: number;
}

async function floorSync(host: Host, { executable }: NativeProgram): Promise<Sync> {
  const { stdout } = await host.exec(executable);
  const [routes = 0, clockMs = 0, cpuMs = 0] = stdout.split(' ').map(Number);
  if (routes < ROUTES) throw new Error(`the floor received ${routes} of ${ROUTES} routes`);
  return { clockMs, cpuMs };
}

async function ownSync(host: Host): Promise<Sync> {
  const start = performance.now();
  await using monitor = await NetworkMonitor.start({ netns: host.netns });
  const clockMs = performance.now() - start;
  if (monitor.stats.routes < ROUTES)
    throw new Error(`the mirror has ${monitor.stats.routes} of ${ROUTES} routes`);
  return { clockMs, cpuMs: NativeThread.find().cpuMs };
}

/** In a monitor that is the process's first: what others freed would hide what this one takes. */
async function memory(host: Host): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  await using monitor = await NetworkMonitor.start({ netns: host.netns });
  globalThis.gc?.();
  const bytes = process.memoryUsage().rss - before;
  console.log(`resident memory: ${(bytes / monitor.stats.routes).toFixed(1)} bytes a route`);
}

function nanosecondsEach(by: (destination: string) => unknown, destinations: readonly string[]): number {
  const start = process.hrtime.bigint();
  for (const destination of destinations) by(destination);
  return Number(process.hrtime.bigint() - start) / destinations.length;
}

async function lookups(host: Host): Promise<void> {
  await using monitor = await NetworkMonitor.start({ netns: host.netns });
  // A fixed stride spreads them over the table, so that caches do not help more than they would.
  const destinations = Array.from({ length: LOOKUPS }, (_, n) => addressOf((n * 7_368_787) % ROUTES));
  const ways = {
    lookup: (destination: string) => monitor.lookup(destination),
    lookupKernel: (destination: string) => monitor.lookupKernel(destination),
  };
  const rounds = Array.from({ length: LOOKUP_ROUNDS }, () => ({
    own: nanosecondsEach(ways.lookup, destinations),
    kernel: nanosecondsEach(ways.lookupKernel, destinations),
  }));
  tellLookups(`from JavaScript, ${LOOKUPS} peers`, rounds);
}

async function nativeLookups(host: Host, peers: number): Promise<void> {
  using program = new NativeProgram('native-lookup', ['mirror', 'netlink']);
  const { stdout } = await host.exec(program.executable, [peers, LOOKUPS, LOOKUP_ROUNDS].map(String));
  const rounds = stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [own = Number.NaN, kernel = Number.NaN] = line.split(' ').map(Number);
      return { own, kernel };
    });
  tellLookups(`in C++, ${peers} peers`, rounds);
}

function tellLookups(
  heading: string,
  rounds: readonly { readonly own: number; readonly kernel: number }[],
): void {
  console.log(`lookups ${heading}`);
  console.log(summaryHeading.replace('milliseconds', 'nanoseconds '));
  for (const [name, of] of [
    ['mirror', (round: (typeof rounds)[number]) => round.own],
    ['kernel', (round: (typeof rounds)[number]) => round.kernel],
    ['kernel / mirror', (round: (typeof rounds)[number]) => round.kernel / round.own],
  ] as const) {
    console.log(summaryLine(name, rounds.map(of)));
  }
}

using floor = new NativeProgram('route-dump');
await using net = await largeNetwork(ROUTES);
await memory(net.client);
const syncs: { readonly floor: Sync; readonly own: Sync }[] = [];
for (let round = 0; round < SYNCS; round++) {
  syncs.push({ floor: await floorSync(net.client, floor), own: await ownSync(net.client) });
}
console.log(`initial sync of ${ROUTES} routes\n${summaryHeading}`);
for (const [name, of] of [
  ['floor', (sync: (typeof syncs)[number]) => sync.floor.clockMs],
  ['monitor', (sync: (typeof syncs)[number]) => sync.own.clockMs],
  ['ratio to floor', (sync: (typeof syncs)[number]) => sync.own.clockMs / sync.floor.clockMs],
  ['floor: CPU', (sync: (typeof syncs)[number]) => sync.floor.cpuMs],
  ['monitor: CPU', (sync: (typeof syncs)[number]) => sync.own.cpuMs],
  ['ratio of CPU', (sync: (typeof syncs)[number]) => sync.own.cpuMs / sync.floor.cpuMs],
] as const) {
  console.log(summaryLine(name, syncs.map(of)));
}
for (const peers of [1000, LOOKUPS]) await nativeLookups(net.client, peers);
await lookups(net.client);
