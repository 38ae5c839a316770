// main.mjs as CommonJS.
const path = require('node:path');
const { app, BrowserWindow } = require('electron');
const { startRoamkit } = require('roamkit/main');

const { pages, options = {}, webPreferences = {}, isLate = false } = JSON.parse(process.env.ROAMKIT_E2E);

globalThis.mainSide = {
  async start() {
    this.roamkit = await startRoamkit({ portal: false, ...options });
  },
  async openWindow(file = 'page.html', title = undefined) {
    const window = new BrowserWindow({ width: 400, height: 300, webPreferences });
    await window.loadFile(path.join(pages, file));
    if (title !== undefined) window.setTitle(title);
  },
};

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(async () => {
  if (!isLate) await mainSide.start();
  await mainSide.openWindow();
});
