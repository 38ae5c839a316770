// An application whose page has sockets and requests that roam; the main process only starts roamkit.
import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { startRoamkit } from 'roamkit/main';

const { pages, url, options } = JSON.parse(process.env.ROAMKIT_E2E);

async function start() {
  const roamkit = await startRoamkit(options);
  globalThis.mainSide = { roamkit };
  // Electron slows down the timers of windows that are not in front.
  const window = new BrowserWindow({
    width: 400,
    height: 300,
    webPreferences: { backgroundThrottling: false },
  });
  await window.loadFile(path.join(pages, 'page.html'), { query: { url } });
}

app.on('window-all-closed', () => app.quit());
// Not awaited: Electron is not ready before this module has run to its end.
void start();
