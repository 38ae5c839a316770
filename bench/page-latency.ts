/**
 * How soon a page is back after its link went down, while another link stays: real Electron as an ordinary user, sandbox on,
 * roamkit with its defaults.
 *
 * - from the kernel's news of the switch to the `open` of a `RoamingWebSocket` over the other link (target: p95 250 ms);
 * - from there to the page's first `change` callback (target: p99 6 ms). In whole milliseconds, as pages' clocks are; the news is what a process
 *   hears that does nothing but listen;
 * - the floor of that: in Electron alone, such a process writes a line, and the main process does nothing but pass it on with
 *   `webContents.send()`;
 * - beside them, once each: what a plain `WebSocket`, `partysocket` and `reconnecting-websocket` with their defaults do, in Electron alone and
 *   where roamkit looks after Chromium's connections.
 *
 * ROAMKIT_BENCH_SWITCHES: how many switches (100). ROAMKIT_BENCH_CAP_MS: how long the others are watched (60000).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { IpShell } from '../test/fixtures/ip-shell.js';
import type { TwoLinkLab } from '../test/lab/index.js';
import { snapshotLinkEnd } from '../test/lab/link-snapshot.js';
import { type ReadyElectron, readyElectron } from './electron/ready-electron.js';
import { SpawnedApp, type TimedReport } from './electron/spawned-app.js';
import { openLab } from './five-losses/lab.js';
import { KernelNews } from './kernel/kernel-news.js';
import { summaryHeading, summaryLine } from './summary.js';

const SWITCHES = Number(process.env['ROAMKIT_BENCH_SWITCHES'] ?? 100);
const CAP_MS = Number(process.env['ROAMKIT_BENCH_CAP_MS'] ?? 60_000);
// What follows on a link that is back: addresses and neighbours that the kernel tells of later.
const SETTLED_MS = 500;
const OTHERS: readonly Kind[] = ['WebSocket', 'partysocket', 'reconnecting-websocket'];

/** A kind of socket that the page can have. */
type Kind = 'RoamingWebSocket' | 'WebSocket' | 'partysocket' | 'reconnecting-websocket';

/** A line that the page wrote. */
interface Report extends TimedReport {
  readonly who: Kind | 'page';
  readonly event: 'open' | 'close' | 'address' | 'echo' | 'change' | 'news';
  readonly code?: number;
  readonly reason?: string;
  /** The address that the server was reached from. */
  readonly address?: string;
}

/** test/e2e/apps/page-latency, with sockets of these kinds to the server. */
async function startApp(
  electron: ReadyElectron,
  net: TwoLinkLab,
  kinds: readonly Kind[],
  options: { readonly hasRoamkit: boolean; readonly listener?: string },
): Promise<SpawnedApp<Report>> {
  const { port } = await net.server.webSocketEcho();
  return SpawnedApp.start(electron, net.client, {
    name: 'page-latency',
    main: 'main.mjs',
    settings: { url: `ws://${net.addresses.server.v4}:${port}/whoami`, kinds, ...options },
  });
}

const reaches =
  (who: Kind, address: string) =>
  (report: Report): boolean =>
    report.who === who && report.address === address;

interface SwitchResult {
  readonly toldMs: number;
  readonly reopenedMs: number;
}

async function measureSwitches(electron: ReadyElectron): Promise<readonly SwitchResult[]> {
  await using net = await openLab();
  await using ip = await IpShell.open(net.client);
  await using news = await KernelNews.start(net.client);
  await using app = await startApp(electron, net, ['RoamingWebSocket'], { hasRoamkit: true });
  const { ethernet, wifi } = net.addresses;
  const results: SwitchResult[] = [];
  let restoredAt = 0;
  for (let count = 0; count < SWITCHES; count++) {
    const back = await app.first(restoredAt, reaches('RoamingWebSocket', ethernet.v4));
    // It is watched by the time that the server has answered it once more.
    await app.first(back.at, ({ event }) => event === 'echo');
    const restore = await snapshotLinkEnd(net.ethernet.a);
    const toldAt = Date.now();
    await ip.run('link set eth0 down');
    const lostAt = Math.floor(await news.first(toldAt));
    await app.first(lostAt, reaches('RoamingWebSocket', wifi.v4));
    const reopened = await app.first(
      lostAt,
      ({ who, event }) => who === 'RoamingWebSocket' && event === 'open',
    );
    // On a busy machine the page may be told before that listener is.
    const told = await app.first(toldAt, ({ event }) => event === 'change');
    results.push({ toldMs: Math.max(0, told.at - lostAt), reopenedMs: reopened.at - lostAt });
    restoredAt = Date.now();
    await restore();
  }
  return results;
}

/** How long after the kernel's news the page hears of it, where nothing is done but to pass it on. */
async function measureFloor(electron: ReadyElectron): Promise<readonly number[]> {
  await using net = await openLab();
  await using ip = await IpShell.open(net.client);
  await using news = await KernelNews.start(net.client);
  const options = { hasRoamkit: false, listener: news.executable };
  await using app = await startApp(electron, net, ['WebSocket'], options);
  await app.first(0, ({ event }) => event === 'news');
  const toldMs: number[] = [];
  for (let count = 0; count < SWITCHES; count++) {
    const restore = await snapshotLinkEnd(net.ethernet.a);
    await delay(SETTLED_MS);
    const toldAt = Date.now();
    await ip.run('link set eth0 down');
    const lostAt = Math.floor(await news.first(toldAt));
    const told = await app.first(toldAt, ({ event }) => event === 'news');
    toldMs.push(Math.max(0, told.at - lostAt));
    await restore();
  }
  return toldMs;
}

/** What became of a socket, in words. */
function fate(kind: Kind, reports: readonly Report[], lostAt: number): string {
  const own = reports.filter(({ who }) => who === kind);
  const sinceLoss = (report: Report | undefined): number | undefined =>
    report === undefined ? undefined : report.at - lostAt;
  const closedMs = sinceLoss(own.find(({ event }) => event === 'close'));
  const reopenedMs = sinceLoss(own.find(({ event }) => event === 'open'));
  const silentMs = CAP_MS - (sinceLoss(own.findLast(({ event }) => event === 'echo')) ?? 0);
  const closed = closedMs === undefined ? 'no `close`' : `\`close\` after ${seconds(closedMs)}`;
  const reopened =
    reopenedMs === undefined
      ? `not reopened after ${seconds(CAP_MS)}`
      : `reopened after ${seconds(reopenedMs)}`;
  return `${closed}, ${reopened}${reopenedMs === undefined ? `, silent for ${seconds(silentMs)}` : ''}`;
}

async function watchOthers(
  electron: ReadyElectron,
  where: { readonly hasRoamkit: boolean },
): Promise<readonly string[]> {
  await using net = await openLab();
  await using ip = await IpShell.open(net.client);
  await using app = await startApp(electron, net, OTHERS, where);
  for (const kind of OTHERS) {
    await app.first(0, ({ who, event }) => who === kind && event === 'echo');
  }
  const lostAt = Date.now();
  await ip.run('link set eth0 down');
  await delay(CAP_MS);
  const reports = app.since(lostAt);
  return OTHERS.map((kind) => `${kind.padEnd(24)}${fate(kind, reports, lostAt)}`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

using electron = await readyElectron();
const results = await measureSwitches(electron);
const floor = await measureFloor(electron);
console.log(summaryHeading);
console.log(summaryLine('kernel to page, floor', floor));
console.log(
  summaryLine(
    'kernel to page callback',
    results.map(({ toldMs }) => toldMs),
  ),
);
console.log(
  summaryLine(
    'switch to reopened',
    results.map(({ reopenedMs }) => reopenedMs),
  ),
);
const others = await Promise.all([false, true].map((hasRoamkit) => watchOthers(electron, { hasRoamkit })));
for (const [index, where] of ['in Electron alone', 'with roamkit in the main process'].entries()) {
  console.log(`\nthe others ${where}, ${seconds(CAP_MS)} after the same switch:`);
  for (const line of others[index] ?? []) console.log(line);
}
