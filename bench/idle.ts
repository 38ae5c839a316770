/**
 * A quiet network for a minute: whether the monitor's thread wakes. The floor is none at all. `ROAMKIT_BENCH_IDLE_SECONDS`
 * sets another time.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { NetworkMonitor } from '../main/index.js';
import { twoLinkLab } from '../test/lab/index.js';
import { NativeThread } from './scale/native-thread.js';

const SECONDS = Number(process.env['ROAMKIT_BENCH_IDLE_SECONDS'] ?? 60);
/** The links' own coming up is told for a while: IPv6 addresses and the routes to them. */
const SETTLE_MS = 3000;

await using net = await twoLinkLab();
await using monitor = await NetworkMonitor.start({ netns: net.client.netns });
const thread = NativeThread.find();
await delay(SETTLE_MS);
const count = () => ({
  wakeups: monitor.stats.wakeups,
  'voluntary context switches': thread.voluntarySwitches,
  'CPU microseconds': thread.cpuMs * 1000,
});
const before = count();
await delay(SECONDS * 1000);
const after = count();
console.log(`${SECONDS} s on a quiet network`);
for (const [name, value] of Object.entries(after)) {
  console.log(`${name.padEnd(28)}${(value - before[name as keyof typeof before]).toFixed(0).padStart(6)}`);
}
