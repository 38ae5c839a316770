// No build at all: CommonJS in the main process, ES modules in the page, the preload script injected by roamkit.
const path = require('node:path');
const { app, BrowserWindow } = require('electron');
const { startRoamkit } = require('roamkit/main');

app.on('window-all-closed', () => app.quit());

void app.whenReady().then(async () => {
  // There is no internet to probe where the tests run it.
  await startRoamkit({ portal: false });
  await new BrowserWindow({ width: 400, height: 300 }).loadFile(path.join(__dirname, 'index.html'));
});
