// The smallest application with roamkit in its main process, as an ES module. main.cjs is the same as CommonJS.
import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { startRoamkit } from 'roamkit/main';

const { pages, options = {}, webPreferences = {}, isLate = false } = JSON.parse(process.env.ROAMKIT_E2E);

globalThis.mainSide = {
  async start() {
    // Without options of its own: there is no internet to probe in the lab.
    this.roamkit = await startRoamkit({ portal: false, ...options });
  },
  async openWindow(file = 'page.html', title = undefined) {
    const window = new BrowserWindow({ width: 400, height: 300, webPreferences });
    await window.loadFile(path.join(pages, file));
    if (title !== undefined) window.setTitle(title);
  },
};

app.on('window-all-closed', () => app.quit());
// Not awaited: Electron is not ready before this module has run to its end.
void app.whenReady().then(async () => {
  if (!isLate) await mainSide.start();
  await mainSide.openWindow();
});
