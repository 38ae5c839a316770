/**
 * 100,000 route changes as fast as `ip -batch` goes: whether the mirror equals a fresh dump afterwards, and how late
 * JavaScript's event loop runs meanwhile, beside the same storm without a monitor. `ROAMKIT_BENCH_CHANGES` sets another
 * number of changes.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { NetworkMonitor } from '../main/index.js';
import { kernelRoutes, mirrorRoutes } from '../test/fixtures/route-lists.js';
import { settled } from '../test/fixtures/settled.js';
import { type Host, twoLinkLab } from '../test/lab/index.js';
import { ipFile, prefixOf } from './scale/large-network.js';
import { NativeThread } from './scale/native-thread.js';
import { summaryHeading, summaryLine } from './summary.js';

const CHANGES = Number(process.env['ROAMKIT_BENCH_CHANGES'] ?? 100_000);
const ROUNDS = 5;

/** Adds, replaces and deletes by turns, so that a wrong order shows; a third of the routes stays. */
function changes(round: number): string[] {
  return Array.from({ length: CHANGES }, (_, n) => {
    const prefix = prefixOf(round * CHANGES + Math.floor(n / 4) * 2 + (n % 4 === 0 ? 1 : 0));
    if (n % 4 === 3) return `route del ${prefix}`;
    const gateway = n % 4 === 2 ? '198.51.100.254' : '192.0.2.254';
    return `route ${n % 4 === 2 ? 'replace' : 'add'} ${prefix} via ${gateway}`;
  });
}

interface LoopDelay {
  readonly stormMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

async function duringStorm(host: Host, round: number): Promise<LoopDelay> {
  const commands = changes(round);
  // What came before, such as reading a large dump, is not to be blamed on the storm.
  globalThis.gc?.();
  await delay(100);
  // The histogram counts the interval itself, 1 ms, as delay.
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const stormMs = await ipFile(host, commands);
  histogram.disable();
  return { stormMs, p99Ms: histogram.percentile(99) / 1e6, maxMs: histogram.max / 1e6 };
}

function assertEqual(mirror: readonly string[], kernel: readonly string[]): void {
  const known = new Set(mirror);
  const missing = kernel.filter((line) => !known.has(line));
  if (mirror.length === kernel.length && missing.length === 0) return;
  throw new Error(
    `the mirror has ${mirror.length} routes, the kernel ${kernel.length}; it misses ${missing[0]}`,
  );
}

await using net = await twoLinkLab();
const floor: LoopDelay[] = [];
const own: LoopDelay[] = [];
const cpuMs: number[] = [];
let events = 0;
let omitted = 0;
for (let round = 0; round < ROUNDS; round++) {
  floor.push(await duringStorm(net.client, 2 * round));
  await using monitor = await NetworkMonitor.start({ netns: net.client.netns });
  monitor.ref();
  monitor.on('route', () => events++);
  monitor.on('batch', ({ omittedRoutes }) => {
    omitted += omittedRoutes;
  });
  const thread = NativeThread.find();
  const cpuBefore = thread.cpuMs;
  own.push(await duringStorm(net.client, 2 * round + 1));
  await settled(monitor, net.client);
  cpuMs.push(thread.cpuMs - cpuBefore);
  assertEqual(mirrorRoutes(monitor), await kernelRoutes(net.client));
  console.log(`round ${round + 1}: mirror equal to the kernel, ${monitor.stats.overruns} overruns`);
}
console.log(`${events} route changes were told one by one, ${omitted} counted`);
console.log(`a storm of ${CHANGES} changes: the event loop's delay\n${summaryHeading}`);
for (const [name, of] of [
  ['p99', ({ p99Ms }: LoopDelay) => p99Ms],
  ['longest', ({ maxMs }: LoopDelay) => maxMs],
  ['the storm itself', ({ stormMs }: LoopDelay) => stormMs],
] as const) {
  console.log(summaryLine(`${name}: no monitor`, floor.map(of)));
  console.log(summaryLine(`${name}: monitor`, own.map(of)));
}
console.log(summaryLine('CPU time of the thread', cpuMs));
