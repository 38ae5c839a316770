// What bench/page-latency.ts measures: a page with sockets of several kinds. The main process only starts roamkit, or does
// not, and passes on what the page writes down; where `listener` names a program, it tells the page at each line of that one.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { app, BrowserWindow } from 'electron';
import { startRoamkit } from 'roamkit/main';

const { pages, url, kinds, hasRoamkit, listener } = JSON.parse(process.env.ROAMKIT_E2E);

async function start() {
  await app.whenReady();
  if (hasRoamkit) await startRoamkit();
  // Electron slows down the timers of windows that are not in front.
  const window = new BrowserWindow({
    width: 400,
    height: 300,
    webPreferences: { backgroundThrottling: false, preload: path.join(pages, 'preload.cjs') },
  });
  // From Electron 35 on the message is a field of the event.
  window.webContents.on('console-message', (event, _level, message) => console.log(message ?? event.message));
  await window.loadFile(path.join(pages, 'page.html'), { query: { url, kinds: kinds.join() } });
  if (listener !== undefined) {
    const child = spawn(listener, { stdio: ['ignore', 'pipe', 'inherit'] });
    app.on('quit', () => child.kill());
    createInterface({ input: child.stdout }).on('line', () => window.webContents.send('kernel-news'));
  }
}

app.on('window-all-closed', () => app.quit());
// Not awaited: Electron is not ready before this module has run to its end.
void start();
