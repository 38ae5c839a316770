// What bench/five-losses.ts measures of pages that know nothing of roamkit: one with a connection of each kind, a download beside
// it, and, in another window and session, transfers that must not be touched. Obeys words on stdin; prints a line of JSON for
// all that happens, with the time.
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { app, BrowserWindow, net } from 'electron';

const { pages, hasRoamkit, query, healthy, file } = JSON.parse(process.env.ROAMKIT_E2E);

let window;
let healthyWindow;
let download = null;
let interruptions = 0;

function tell(who, event, details = {}) {
  console.log(JSON.stringify({ at: Date.now(), who, event, ...details }));
}

function follow(item) {
  const to = path.join(app.getPath('userData'), 'download');
  let resumedFrom = null;
  item.setSavePath(to);
  item.on('updated', (_event, state) => {
    if (state === 'interrupted') {
      interruptions += 1;
      resumedFrom = item.getReceivedBytes();
      tell('download', 'interrupted');
    } else if (resumedFrom !== null && item.getReceivedBytes() > resumedFrom) {
      resumedFrom = null;
      tell('download', 'resumed');
    }
  });
  item.once('done', async (_event, state) => {
    download = null;
    const hash = createHash('sha256');
    if (state === 'completed') await pipeline(createReadStream(to), hash);
    rmSync(to, { force: true });
    tell('download', state, { isWhole: hash.digest('hex') === file.sha256 });
  });
  download = item;
}

function isNearItsEnd() {
  return download !== null && download.getReceivedBytes() > 0.8 * file.bytes;
}

async function until(isReached) {
  while (!isReached()) await delay(10);
}

/** A download under way, far from its end, that was begun, or taken up again, after the call. */
async function startDownload() {
  if (isNearItsEnd()) await until(() => download === null);
  if (download !== null) {
    const before = interruptions;
    await net.fetch(new URL('/reset', file.url).href);
    await until(() => interruptions > before || download === null);
  }
  if (download === null) window.webContents.downloadURL(file.url);
  await until(() => download?.getState() === 'progressing' && download.getReceivedBytes() > 0);
  const from = download.getReceivedBytes();
  await until(() => download === null || download.getReceivedBytes() > from);
  if (download === null || isNearItsEnd()) await startDownload();
}

const obey = {
  /** Lets go of what there is, also of what went on over the other link, and opens all anew. */
  async open() {
    await window.webContents.executeJavaScript('plainPage.close()');
    await window.webContents.session.closeAllConnections();
    await startDownload();
    await window.webContents.executeJavaScript('plainPage.open()');
    tell('application', 'opened');
  },
  prove: () => healthyWindow.webContents.executeJavaScript('healthyPage.prove()'),
  ask: () => window.webContents.executeJavaScript('void plainPage.ask()'),
};

async function openWindow(page, search, partition) {
  // Electron slows down the timers of windows that are not in front.
  const webPreferences = { backgroundThrottling: false, ...(partition ? { partition } : {}) };
  const opened = new BrowserWindow({ width: 400, height: 300, webPreferences });
  // From Electron 35 on the message is a field of the event.
  opened.webContents.on('console-message', (event, _level, message) => console.log(message ?? event.message));
  await opened.loadFile(path.join(pages, `${page}.html`), { query: search });
  return opened;
}

async function start() {
  await app.whenReady();
  if (hasRoamkit) {
    const { startRoamkit } = await import('roamkit/main');
    // There is no internet to probe in the lab.
    const { registry } = await startRoamkit({ injectPreload: false, portal: false });
    registry.on('invalidated', ({ reason }) => tell('registry', 'invalidated', { reason }));
  }
  window = await openWindow('plain', query);
  healthyWindow = await openWindow('healthy', healthy, 'healthy');
  window.webContents.session.on('will-download', (_event, item) => follow(item));
  createInterface({ input: process.stdin }).on('line', (word) => void obey[word]());
  tell('application', 'ready');
}

app.on('window-all-closed', () => app.quit());
// Not awaited: Electron is not ready before this module has run to its end.
void start();
