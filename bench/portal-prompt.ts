/**
 * From joining a network with a captive portal to the prompt on the screen, in real Electron with roamkit's defaults: address and
 * default route (the clock starts before them), probe, main process, page, paint. The portal is one router away and answers
 * without delay. As after DHCP, over a link that carries already; and with link, address and route in one moment, as a network
 * manager brings back what it knows.
 *
 * ROAMKIT_BENCH_TRIES: how often each (40).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { appFile, bundlePages } from '../test/e2e/support/bundle-pages.js';
import { IpShell } from '../test/fixtures/ip-shell.js';
import { twoLinkLab } from '../test/lab/index.js';
import { readyElectron } from './electron/ready-electron.js';
import { summarise, summaryHeading, summaryLine } from './summary.js';

const TRIES = Number(process.env['ROAMKIT_BENCH_TRIES'] ?? 40);
const TARGET_P95_MS = 1000;
// Somebody who joins a network has not left another one in the same moment: looks are paced (look-pacer.ts).
const PAUSE_MS = 1000;
// A start, or an answer, with every core busy.
const TIMEOUT_MS = 60_000;

/** A line that apps/portal printed. */
interface Report {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: 'ready' | 'shown' | 'hidden';
}

type Join = 'over a link that carries' | 'link and all at once';

async function measure(): Promise<ReadonlyMap<Join, readonly number[]>> {
  using electron = await readyElectron();
  await using net = await twoLinkLab();
  await using ip = await IpShell.open(net.client);
  const { port } = await net.server.http();
  const portal = encodeURIComponent('http://login.example/');
  const url = `http://${net.addresses.server.v4}:${port}/status?code=302&location=${portal}`;
  const { v4: address } = net.addresses.wifi;
  const { v4: gateway } = net.addresses.wifiGateway;
  await ip.run('link set eth0 down', 'link set wlan0 down', 'addr flush dev wlan0');

  const userData = mkdtempSync(path.join(tmpdir(), 'roamkit-bench-'));
  const pages = await bundlePages('portal');
  const app = await net.client.spawn(
    electron.executable,
    ['-r', appFile('fail-fast.cjs'), `--user-data-dir=${userData}`, appFile('portal', 'main.mjs')],
    {
      env: {
        ...electron.env,
        ROAMKIT_E2E: JSON.stringify({ pages, options: { portal: { endpoints: [{ url }] } } }),
      },
    },
  );
  const next = async (event: Report['event']): Promise<Report> =>
    JSON.parse(
      await app.nextLine((line) => line.startsWith('{') && line.includes(`"${event}"`), {
        timeoutMs: TIMEOUT_MS,
      }),
    );
  try {
    await next('ready');
    const took = new Map<Join, number[]>([
      ['over a link that carries', []],
      ['link and all at once', []],
    ]);
    const linkUp = 'link set wlan0 up';
    const configured = [`addr add ${address}/24 dev wlan0`, `route add default via ${gateway} dev wlan0`];
    for (let count = 0; count < TRIES; count++) {
      for (const [join, times] of took) {
        if (join === 'over a link that carries') {
          // Radio and DHCP come before.
          await ip.run(linkUp);
          await net.wifi.settled();
        }
        const joinedAt = Date.now();
        await ip.run(...(join === 'link and all at once' ? [linkUp] : []), ...configured);
        times.push((await next('shown')).at - joinedAt);
        await ip.run('link set wlan0 down', 'addr flush dev wlan0');
        await next('hidden');
        await delay(PAUSE_MS);
      }
    }
    return took;
  } finally {
    await app.stop('SIGTERM', { graceMs: 10_000 });
    rmSync(userData, { recursive: true, force: true, maxRetries: 10 });
  }
}

const took = await measure();
console.log(summaryHeading);
for (const [join, times] of took) console.log(summaryLine(join, times));
if ([...took.values()].some((times) => summarise(times).p95 >= TARGET_P95_MS)) {
  console.error(`p95 must be under ${TARGET_P95_MS} ms`);
  process.exitCode = 1;
}
