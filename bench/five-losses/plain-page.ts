/**
 * A page without any code of roamkit, and each kind of connection that it may hold: a WebSocket, a fetch whose answer has begun, an
 * EventSource, four idle connections in the pool; beside it a download of 100 MB that all losses interrupt in turn. When its WebSocket
 * is closed the page asks for something. In another window transfers go on over the other link, which no loss may touch.
 *
 * Times begin when the kernel tells of the loss, as a process hears it that does nothing but listen. On a busy machine `ip` may have waited for
 * long by then: changes of all namespaces share a lock.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { IpShell } from '../../test/fixtures/ip-shell.js';
import type { ReadyElectron } from '../electron/ready-electron.js';
import type { SpawnedApp } from '../electron/spawned-app.js';
import { KernelNews } from '../kernel/kernel-news.js';
import { openLab, rememberLinks } from './lab.js';
import { type Loss, losses } from './losses.js';
import { type PlainReport, startPlainApp } from './plain-app.js';
import { heading, quantiles, row, seconds } from './table.js';

/** How much to try. */
export interface Effort {
  /** With roamkit, per loss. */
  readonly tries: number;
  /** How long Electron alone is watched, once per loss. */
  readonly capMs: number;
}

type App = SpawnedApp<PlainReport>;

// How long nothing leads anywhere, where a loss leaves no path: longer than the grace period, so that all has been closed.
const WITHOUT_PATH_MS = 300;
// Those below. The idle ones Chromium may have closed by itself: it does when an address goes.
const LEAST_INVALIDATED = 4;

/** The end of each connection. */
const ends = [
  ['WebSocket', 'webSocket', 'close'],
  ['fetch', 'fetch', 'failed'],
  ['EventSource', 'events', 'lost'],
  ['download', 'download', 'interrupted'],
] as const;

/** One try with roamkit. */
interface Try {
  readonly reason: string;
  readonly invalidated: number;
  /** From the loss to the end of each connection, as in {@link ends}. */
  readonly endMs: readonly number[];
  /** From asking (or, where the loss left no path, from its return) to the answer of the next request. */
  readonly nextMs: number;
  readonly nextAttempts: number;
  /** From the loss, or the return of a path, to the EventSource's `open`. */
  readonly eventsBackMs: number;
}

const is =
  (who: PlainReport['who'], event: string) =>
  (report: PlainReport): boolean =>
    report.who === who && report.event === event;

interface Bench {
  readonly app: App;
  readonly news: KernelNews;
  readonly ip: IpShell;
  /** The client's, on the link that stays. */
  readonly otherAddress: string;
}

async function tryOnce({ app, news, ip, otherAddress }: Bench, loss: Loss): Promise<Try> {
  const openedSince = Date.now();
  app.tell('open');
  await app.first(openedSince, is('application', 'opened'));
  const toldAt = Date.now();
  await ip.run(...loss.commands);
  const lostAt = Math.floor(await news.first(toldAt));
  const ended: PlainReport[] = [];
  for (const [, who, event] of ends) ended.push(await app.first(lostAt, is(who, event)));
  let pathAt = lostAt;
  if (loss.back.length > 0) {
    await delay(lostAt + WITHOUT_PATH_MS - Date.now());
    pathAt = Date.now();
    await ip.run(...loss.back);
  }
  const next = await app.first(lostAt, is('next', 'answered'));
  const eventsBack = await app.first(Math.max(pathAt, ended[2]?.at ?? 0), is('events', 'open'));
  await app.first(lostAt, is('download', 'resumed'));
  const provenSince = Date.now();
  app.tell('prove');
  await app.first(provenSince, is('healthy', 'proven'));
  const invalidated = app.since(lostAt).filter(is('registry', 'invalidated'));
  if (invalidated.length < LEAST_INVALIDATED) {
    throw new Error(`${loss.name}: ${invalidated.length} connections were invalidated`);
  }
  if (loss.back.length === 0 && next.address !== otherAddress) {
    throw new Error(`${loss.name}: the next request came from ${next.address}`);
  }
  return {
    reason: [...new Set(invalidated.map(({ reason }) => reason))].join(', '),
    invalidated: invalidated.length,
    endMs: ended.map(({ at }) => at - lostAt),
    nextMs: next.at - Math.max(pathAt, loss.back.length > 0 ? 0 : (next.askedAt ?? 0)),
    nextAttempts: next.attempts ?? 0,
    eventsBackMs: eventsBack.at - pathAt,
  };
}

interface Losses {
  readonly tries: ReadonlyMap<Loss, readonly Try[]>;
  readonly downloads: readonly PlainReport[];
  /** Of the transfers over the other link. */
  readonly broken: readonly PlainReport[];
}

async function measureRoamkit(electron: ReadyElectron, tries: number): Promise<Losses> {
  await using net = await openLab();
  await using app = await startPlainApp(electron, net, { hasRoamkit: true });
  await using news = await KernelNews.start(net.client);
  const restore = await rememberLinks(net);
  const results = new Map<Loss, Try[]>();
  for (const loss of losses) {
    console.error(`a page without roamkit's code, guarded: ${loss.name}, ${tries} tries`);
    const ofLoss: Try[] = [];
    results.set(loss, ofLoss);
    for (let count = 0; count < tries; count++) {
      await using ip = await IpShell.open(net.client);
      const startedAt = Date.now();
      try {
        ofLoss.push(await tryOnce({ app, news, ip, otherAddress: net.addresses.wifi.v4 }, loss));
      } catch (error) {
        throw new Error(`${loss.name}: ${JSON.stringify(app.since(startedAt))}`, { cause: error });
      }
      await restore();
    }
    console.error(resultsRow(loss, ofLoss));
  }
  return {
    tries: results,
    downloads: app
      .reports()
      .filter(
        ({ who, isWhole, event }) => who === 'download' && isWhole !== undefined && event !== 'cancelled',
      ),
    broken: app.reports().filter(is('healthy', 'broken')),
  };
}

/** Electron alone: what had become of each connection when it had been watched for so long, in words. */
async function measurePlain(electron: ReadyElectron, loss: Loss, capMs: number): Promise<readonly string[]> {
  await using net = await openLab();
  await using ip = await IpShell.open(net.client);
  await using app = await startPlainApp(electron, net, { hasRoamkit: false });
  app.tell('open');
  await app.first(0, is('application', 'opened'));
  const lostAt = Date.now();
  await ip.run(...loss.commands);
  await delay(1000);
  if (loss.back.length > 0) await ip.run(...loss.back);
  app.tell('ask');
  await delay(capMs - 1000);
  const after = (report: PlainReport | undefined): string =>
    report === undefined ? `nothing in ${seconds(capMs)}` : `after ${seconds(report.at - lostAt)}`;
  const since = app.since(lostAt);
  return [...ends.map(([, who, event]) => [who, event] as const), ['next', 'answered'] as const].map(
    ([who, event]) => after(since.find(is(who, event))),
  );
}

function resultsRow(loss: Loss, tries: readonly Try[]): string {
  return row([
    loss.name,
    [...new Set(tries.map(({ reason }) => reason))].join('; '),
    quantiles(tries.map(({ invalidated }) => invalidated)),
    ...ends.map((_, index) => quantiles(tries.map(({ endMs }) => endMs[index] ?? Number.NaN))),
    quantiles(tries.map(({ nextMs }) => nextMs)),
    String(tries.filter(({ nextAttempts }) => nextAttempts > 1).length),
    quantiles(tries.map(({ eventsBackMs }) => eventsBackMs)),
  ]);
}

/** Measures both, and prints two tables. */
export async function measurePlainPage(electron: ReadyElectron, { tries, capMs }: Effort): Promise<void> {
  const { tries: results, downloads, broken } = await measureRoamkit(electron, tries);
  console.error(`the same page in Electron alone: all five losses at once, ${seconds(capMs)}`);
  const plain = await Promise.all(losses.map((loss) => measurePlain(electron, loss, capMs)));
  console.log('\nA page without any code of roamkit, in Electron alone, once per loss:\n');
  console.log(heading(['loss', ...ends.map(([name]) => name), 'next fetch, asked after 1 s']));
  for (const [index, loss] of losses.entries()) console.log(row([loss.name, ...(plain[index] ?? [])]));
  console.log(
    `\nThe same page with roamkit in the main process, milliseconds, p50 / p95 / max of ${tries} tries:\n`,
  );
  const names = ends.map(([name, , event]) => `${name}: ${event}`);
  console.log(
    heading(['loss', 'reason', 'invalidated', ...names, 'next fetch', '... asked twice', 'EventSource back']),
  );
  for (const [loss, ofLoss] of results) console.log(resultsRow(loss, ofLoss));
  const whole = downloads.filter(({ isWhole }) => isWhole).length;
  console.log(
    `\n${downloads.length} downloads of 100 MB, each interrupted by several losses: ${whole} whole`,
  );
  const switches = tries * losses.length;
  console.log(`${broken.length} transfers over the other link broken in ${switches} losses`);
  for (const { what, why, at } of broken) console.error(`  ${what}: ${why} (${at})`);
  if (broken.length > 0 || whole < downloads.length) process.exitCode = 1;
}
