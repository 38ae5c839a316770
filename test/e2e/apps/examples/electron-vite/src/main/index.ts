import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { startRoamkit } from 'roamkit/main';

app.on('window-all-closed', () => app.quit());

void app.whenReady().then(async () => {
  // There is no internet to probe where the tests run it.
  await startRoamkit({ injectPreload: false, portal: false });
  const preload = path.join(import.meta.dirname, '../preload/index.cjs');
  const window = new BrowserWindow({ width: 400, height: 300, webPreferences: { preload } });
  const developmentUrl = process.env['ELECTRON_RENDERER_URL'];
  if (developmentUrl !== undefined) await window.loadURL(developmentUrl);
  else await window.loadFile(path.join(import.meta.dirname, '../renderer/index.html'));
});
