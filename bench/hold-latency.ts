/**
 * From the kernel's event to the `invalidated` line of `roamkit hold --json --grace 0`, for each of the five losses,
 * beside a bare netlink listener in the same namespace. The time starts just before the command is written to a
 * running `ip -batch`, so it includes that program and the kernel's own work. One process holds the connection all
 * along, as an application would: it reconnects by the other link, which is the next one to be lost.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monotonicNow } from '../main/monitor/monotonic-time.js';
import type { HostProcess } from '../test/lab/host-process.js';
import { type LabServer, type Link, type TwoLinkLab, twoLinkLab } from '../test/lab/index.js';
import { snapshotLinkEnd } from '../test/lab/link-snapshot.js';
import { summaryHeading, summaryLine } from './summary.js';

/** Tries per loss; 40 make the 200 of the published figures. */
const TRIES = Number(process.env['ROAMKIT_BENCH_TRIES'] ?? 40);
const CLI = path.resolve('dist/esm/main/cli/roamkit.js');

/** One of the client's two links, by which the connection leaves or to which it will fall back. */
interface Way {
  readonly link: Link;
  readonly name: string;
  readonly address: string;
  readonly gateway: string;
}

interface Loss {
  readonly name: string;
  readonly reason: string;
  /** What `ip -batch` is told; the connection leaves by `used`. */
  readonly commands: (used: Way, other: Way) => readonly string[];
}

const losses: readonly Loss[] = [
  { name: 'link down', reason: 'link-down', commands: (used) => [`link set ${used.name} down`] },
  {
    name: 'address removed',
    reason: 'source-removed',
    commands: (used) => [`addr del ${used.address}/24 dev ${used.name}`],
  },
  { name: 'link deleted', reason: 'link-down', commands: (used) => [`link del ${used.name}`] },
  {
    name: 'best default removed',
    reason: 'gateway-removed',
    commands: (used) => [`route del default dev ${used.name}`],
  },
  {
    name: 'all defaults removed',
    reason: 'no-route',
    commands: (used, other) => [`route del default dev ${other.name}`, `route del default dev ${used.name}`],
  },
];

interface HoldLine {
  readonly t: number;
  readonly received: number;
  readonly event: string;
  readonly reason: string | null;
}

interface Latency {
  /** To the line, from just before the command was written. */
  readonly total: number;
  /** To the first message at the bare listener. */
  readonly floor: number;
  /** Between our thread's read of the message and the line. */
  readonly own: number;
}

async function nextEvent(hold: HostProcess, event: string): Promise<HoldLine> {
  const isWanted = (text: string): boolean => (JSON.parse(text) as HoldLine).event === event;
  return JSON.parse(await hold.nextLine(isWanted)) as HoldLine;
}

function waysOf({ wifi, ethernet, addresses }: TwoLinkLab): readonly [Way, Way] {
  const way = (link: Link, own: keyof typeof addresses, gateway: keyof typeof addresses): Way => ({
    link,
    name: link.a.name,
    address: addresses[own].v4,
    gateway: addresses[gateway].v4,
  });
  return [way(ethernet, 'ethernet', 'ethernetGateway'), way(wifi, 'wifi', 'wifiGateway')];
}

/** Lets the traffic leave by `used`, with `other` to fall back to. */
async function prefer({ client }: TwoLinkLab, used: Way, other: Way): Promise<void> {
  const add = ({ gateway, name }: Way, metric: number): string =>
    `route add default via ${gateway} dev ${name} metric ${metric}`;
  // One default a metric: the other's has to go before this one takes its place.
  const input = [
    ...[`route del default dev ${other.name} metric 100`, add(used, 100)],
    ...[`route del default dev ${used.name} metric 600`, add(other, 600)],
  ].join('\n');
  // What is there already, or not, is as it should be.
  await client.exec('ip', ['-force', '-batch', '-'], { input, allowFailure: true });
}

async function snapshot({ link }: Way): Promise<() => Promise<void>> {
  const restores = await Promise.all([snapshotLinkEnd(link.a), snapshotLinkEnd(link.b)]);
  return async () => {
    const { stdout } = await link.a.host.exec('ip', ['-br', 'link']);
    if (!stdout.includes(`${link.a.name}@`)) await link.create();
    for (const restore of restores) await restore();
  };
}

async function measure(
  net: TwoLinkLab,
  echo: LabServer,
  loss: Loss,
  listenerPath: string,
): Promise<Latency[]> {
  const { client, addresses } = net;
  let [used, other] = waysOf(net);
  await prefer(net, used, other);
  await using listener = await client.spawn(listenerPath, []);
  await using batch = await client.spawn('ip', ['-batch', '-']);
  await using hold = await client.spawn(process.execPath, [
    ...[CLI, 'hold', '--json', '--grace', '0', `${addresses.server.v4}:${echo.port}`],
  ]);
  await listener.nextLine((line) => line === 'ready');
  await nextEvent(hold, 'connected');
  const latencies: Latency[] = [];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const restore = await snapshot(used);
    const restoreOther = await snapshot(other);
    const start = monotonicNow();
    batch.stdin.write(`${loss.commands(used, other).join('\n')}\n`);
    const line = await nextEvent(hold, 'invalidated');
    if (line.reason !== loss.reason) throw new Error(`${loss.name} was reported as ${line.reason}`);
    const heard = Number(await listener.nextLine((time) => Number(time) >= start));
    latencies.push({ total: line.t - start, floor: heard - start, own: line.t - line.received });
    await restoreOther();
    await nextEvent(hold, 'connected');
    await restore();
    [used, other] = [other, used];
    await prefer(net, used, other);
  }
  return latencies;
}

function compileListener(folder: string): string {
  const executable = path.join(folder, 'netlink-listener');
  execFileSync(process.env['CXX'] ?? 'g++', ['-O2', '-o', executable, 'bench/netlink-listener.cc']);
  return executable;
}

const folder = mkdtempSync(path.join(tmpdir(), 'roamkit-bench-'));
try {
  const listener = compileListener(folder);
  const all: Latency[] = [];
  console.log(`hold --json --grace 0: command to line\n${summaryHeading}`);
  for (const loss of losses) {
    await using net = await twoLinkLab();
    const latencies = await measure(net, await net.server.tcpEcho(), loss, listener);
    console.log(
      summaryLine(
        loss.name,
        latencies.map(({ total }) => total),
      ),
    );
    all.push(...latencies);
  }
  const first = all.filter((_, index) => index % TRIES === 0);
  console.log(
    summaryLine(
      'first of a process',
      first.map(({ total }) => total),
    ),
  );
  for (const [name, of] of [
    ['all: command to line', (latency: Latency) => latency.total],
    ['all: bare listener', (latency: Latency) => latency.floor],
    ['all: read to line', (latency: Latency) => latency.own],
    ['all: ratio to listener', (latency: Latency) => latency.total / latency.floor],
  ] as const) {
    console.log(summaryLine(name, all.map(of)));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
