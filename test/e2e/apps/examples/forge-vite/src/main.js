import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { startRoamkit } from 'roamkit/main';

app.on('window-all-closed', () => app.quit());

void app.whenReady().then(async () => {
  // There is no internet to probe where the tests run it.
  await startRoamkit({ injectPreload: false, portal: false });
  const preload = path.join(__dirname, 'preload.js');
  const window = new BrowserWindow({ width: 400, height: 300, webPreferences: { preload } });
  // Forge's Vite plugin defines both.
  if (MAIN_WINDOW_VITE_DEV_SERVER_URL) await window.loadURL(MAIN_WINDOW_VITE_DEV_SERVER_URL);
  else await window.loadFile(path.join(__dirname, `../renderer/${MAIN_WINDOW_VITE_NAME}/index.html`));
});
