// The smallest application with roamkit in its main process, as CommonJS. main.mjs is the same as an ES module.
const path = require('node:path');
const { app, BrowserWindow } = require('electron');
const { startRoamkit } = require('roamkit/main');

const { pages, options = {}, webPreferences = {} } = JSON.parse(process.env.ROAMKIT_E2E);

globalThis.mainSide = {
  async openWindow() {
    const window = new BrowserWindow({ width: 400, height: 300, webPreferences });
    await window.loadFile(path.join(pages, 'page.html'));
  },
};

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(async () => {
  // Without options of its own: there is no internet to probe in the lab.
  mainSide.roamkit = await startRoamkit({ portal: false, ...options });
  await mainSide.openWindow();
});
