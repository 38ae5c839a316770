/**
 * What becomes of connections when their computer loses its network in each of five ways while another link stays: with Electron
 * alone, and with roamkit and its default policy.
 *
 * First two WebSockets that send a message a second, one in a page that uses roamkit and one in Electron's main process: the
 * README's table. Then all that a page without any code of roamkit may hold: see five-losses/plain-page.ts.
 *
 * ROAMKIT_BENCH_TRIES: tries with roamkit, per loss (10; 0: without this part). ROAMKIT_BENCH_PLAIN_TRIES: the same for the page without
 * roamkit (100). ROAMKIT_BENCH_CAP_MS: how long Electron alone is watched, once per loss (60000).
 * ROAMKIT_BENCH_BACK_MS: after how long lost default routes come back (5000). ROAMKIT_BENCH_LOSSES: which losses, by their names in the
 * tables, with commas between them (all).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { IpShell } from '../test/fixtures/ip-shell.js';
import type { TwoLinkLab } from '../test/lab/index.js';
import { type ReadyElectron, readyElectron } from './electron/ready-electron.js';
import { openLab } from './five-losses/lab.js';
import { type Loss, losses } from './five-losses/losses.js';
import { MeasuredApp, type Who } from './five-losses/measured-app.js';
import { measurePlainPage } from './five-losses/plain-page.js';
import { heading, quantiles, row, seconds } from './five-losses/table.js';

const TRIES = Number(process.env['ROAMKIT_BENCH_TRIES'] ?? 10);
const PLAIN_TRIES = Number(process.env['ROAMKIT_BENCH_PLAIN_TRIES'] ?? 100);
const CAP_MS = Number(process.env['ROAMKIT_BENCH_CAP_MS'] ?? 60_000);
const BACK_MS = Number(process.env['ROAMKIT_BENCH_BACK_MS'] ?? 5000);
// Far above what a switch takes; one that takes longer has failed.
const REOPEN_TIMEOUT_MS = 30_000;

/** Electron alone, `CAP_MS` after the loss. */
interface PlainResult {
  /** When the socket's `close` event came; `null`: it is still open. */
  readonly closedMs: Readonly<Record<Who, number | null>>;
  /** When the last echo came. */
  readonly lastEchoMs: Readonly<Record<Who, number>>;
  readonly onLine: boolean;
  /** `online` and `offline` events since the loss. */
  readonly events: readonly string[];
}

/** With roamkit, one try. */
interface RoamkitResult {
  readonly reason: string;
  /** To the main socket's `close` event. */
  readonly mainClosedMs: number;
  /** To `invalidated` in the page. */
  readonly pageToldMs: number;
  /** To the first echo of the new socket; from the return of a path where the loss left none. */
  readonly echoingMs: Readonly<Record<Who, number>>;
}

async function serverUrl({ server, addresses }: TwoLinkLab): Promise<string> {
  const { port } = await server.webSocketEcho();
  return `ws://${addresses.server.v4}:${port}`;
}

async function measurePlain(electron: ReadyElectron, loss: Loss): Promise<PlainResult> {
  await using net = await openLab();
  await using ip = await IpShell.open(net.client);
  await using app = await MeasuredApp.start(electron, net.client, {
    url: await serverUrl(net),
    hasRoamkit: false,
  });
  const lostAt = Date.now();
  await ip.run(...loss.commands);
  await delay(CAP_MS);
  const closedMs = (who: Who): number | null => {
    const close = app.first(who, 'close', lostAt);
    if (close === undefined && app.last(who, 'state')?.isOpen !== true)
      throw new Error(`${who} says nothing`);
    return close === undefined ? null : close.at - lostAt;
  };
  const lastEchoMs = (who: Who): number => (app.last(who, 'echo')?.at ?? lostAt) - lostAt;
  return {
    closedMs: { main: closedMs('main'), page: closedMs('page') },
    lastEchoMs: { main: lastEchoMs('main'), page: lastEchoMs('page') },
    onLine: app.last('page', 'state')?.onLine ?? false,
    events: app
      .reports()
      .filter(({ at, event }) => at >= lostAt && /^(on|off)line$/.test(event))
      .map(({ at, event }) => `${event} after ${at - lostAt} ms`),
  };
}

async function measureRoamkit(electron: ReadyElectron, loss: Loss): Promise<RoamkitResult> {
  await using net = await openLab();
  await using ip = await IpShell.open(net.client);
  await using app = await MeasuredApp.start(electron, net.client, {
    url: await serverUrl(net),
    hasRoamkit: true,
  });
  const lostAt = Date.now();
  await ip.run(...loss.commands);
  let pathAt = lostAt;
  if (loss.back.length > 0) {
    await delay(BACK_MS);
    pathAt = Date.now();
    await ip.run(...loss.back);
  }
  const invalidated = (who: Who) => app.first(who, 'invalidated', lostAt);
  const reopened = (who: Who) => app.first(who, 'open', invalidated(who)?.at ?? Number.POSITIVE_INFINITY);
  const echo = (who: Who) => app.first(who, 'echo', reopened(who)?.at ?? Number.POSITIVE_INFINITY);
  const isDone = await app.reached(
    () => (['main', 'page'] as const).every((who) => echo(who) !== undefined),
    REOPEN_TIMEOUT_MS,
  );
  if (!isDone)
    throw new Error(
      `${loss.name}: not reopened\n${JSON.stringify(app.reports().filter(({ event }) => event !== 'state'))}`,
    );
  const since = (start: number, report: { readonly at: number } | undefined): number =>
    (report?.at ?? Number.NaN) - start;
  return {
    reason: invalidated('main')?.reason ?? 'none',
    mainClosedMs: since(lostAt, app.first('main', 'close', lostAt)),
    pageToldMs: since(lostAt, invalidated('page')),
    echoingMs: { main: since(pathAt, echo('main')), page: since(pathAt, echo('page')) },
  };
}

function plainText(result: PlainResult, who: Who): string {
  const closed = result.closedMs[who];
  if (closed !== null) return `\`close\` after ${seconds(closed)}`;
  return `still \`OPEN\` after ${seconds(CAP_MS)}, silent for ${seconds(CAP_MS - Math.max(0, result.lastEchoMs[who]))}`;
}

function onLineText({ onLine, events }: PlainResult): string {
  return `\`${onLine}\`; ${events.length === 0 ? 'no event' : events.join(', ')}`;
}

function roamkitCells(results: readonly RoamkitResult[]): string[] {
  return [
    [...new Set(results.map(({ reason }) => `\`${reason}\``))].join(', '),
    quantiles(results.map(({ mainClosedMs }) => mainClosedMs)),
    quantiles(results.map(({ echoingMs }) => echoingMs.main)),
    quantiles(results.map(({ pageToldMs }) => pageToldMs)),
    quantiles(results.map(({ echoingMs }) => echoingMs.page)),
  ];
}

async function measureTwoSockets(electron: ReadyElectron): Promise<void> {
  console.error(`Electron alone: all five losses at once, ${seconds(CAP_MS)}`);
  const plain = await Promise.all(losses.map((loss) => measurePlain(electron, loss)));
  const withRoamkit: RoamkitResult[][] = [];
  for (const loss of losses) {
    console.error(`with roamkit: ${loss.name}, ${TRIES} tries`);
    const results: RoamkitResult[] = [];
    for (let attempt = 0; attempt < TRIES; attempt++) results.push(await measureRoamkit(electron, loss));
    withRoamkit.push(results);
  }
  console.log(`\nElectron alone, once per loss:\n`);
  console.log(heading(['loss', 'WebSocket in main', 'WebSocket in the page', '`navigator.onLine`']));
  for (const [index, loss] of losses.entries()) {
    const result = plain[index];
    if (result === undefined) continue;
    console.log(row([loss.name, plainText(result, 'main'), plainText(result, 'page'), onLineText(result)]));
  }
  console.log(
    `\nWith roamkit, milliseconds, p50 / p95 / max of ${TRIES} tries (all default routes: back after ${seconds(BACK_MS)},`,
  );
  console.log('from when on "echoing again" counts):\n');
  console.log(
    heading([
      'loss',
      'reason',
      'main: `close`',
      'main: echoing again',
      'page: `invalidated`',
      'page: echoing again',
    ]),
  );
  for (const [index, loss] of losses.entries()) {
    console.log(row([loss.name, ...roamkitCells(withRoamkit[index] ?? [])]));
  }
}

using electron = await readyElectron();
if (TRIES > 0) await measureTwoSockets(electron);
if (PLAIN_TRIES > 0) await measurePlainPage(electron, { tries: PLAIN_TRIES, capMs: CAP_MS });
