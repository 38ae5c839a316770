// An application whose pages know nothing of roamkit and listen to `online` and `offline`. In the partition `plain` they
// hear what Chromium says. CommonJS, for Electron before 28 has no ES modules in the main process.
const path = require('node:path');
const { app, BrowserWindow, session } = require('electron');
const { startRoamkit } = require('roamkit/main');

const { pages } = JSON.parse(process.env.ROAMKIT_E2E);

globalThis.mainSide = {
  async openPage(partition = '', webPreferences = {}) {
    const window = new BrowserWindow({
      width: 400,
      height: 300,
      webPreferences: { partition, ...webPreferences },
    });
    await window.loadFile(path.join(pages, 'page.html'));
  },
};

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(async () => {
  const plain = session.fromPartition('plain');
  mainSide.roamkit = await startRoamkit({
    // There is no internet to probe in the lab.
    portal: false,
    sessions: [session.defaultSession, plain],
    sessionPolicy: (each) => ({ overrideOnLine: each !== plain }),
  });
  await mainSide.openPage();
});
