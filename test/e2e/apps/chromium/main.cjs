// An application with pages that know nothing of roamkit: all that they may be helped by is one line in the main process.
// CommonJS, for Electron before 28 has no ES modules in the main process.
const path = require('node:path');
const { app, BrowserWindow } = require('electron');
const { startRoamkit } = require('roamkit/main');

const { pages, query, isGuarded = true } = JSON.parse(process.env.ROAMKIT_E2E);

const log = [];

function note(event, details = {}) {
  log.push({ event, ...details });
}

/** The process that holds Chromium's connections, as Electron's users would find it. */
function networkServicePid() {
  return app.getAppMetrics().find(({ serviceName }) => serviceName === 'network.mojom.NetworkService')?.pid;
}

async function start() {
  const roamkit = await startRoamkit({
    injectPreload: false,
    chromium: isGuarded,
    // No probe has a place in these tests.
    portal: false,
  });
  for (const name of ['suspect', 'recovered', 'rerouted', 'invalidated']) {
    roamkit.registry.on(name, ({ connection, reason }) => note(name, { owner: connection.owner, reason }));
  }
  const window = new BrowserWindow({ width: 400, height: 300 });
  window.webContents.session.on('will-download', (_event, item) => {
    item.setSavePath(path.join(app.getPath('userData'), 'download'));
    item.on('updated', (_updated, state) => {
      if (state === 'interrupted') note('interrupted', { canResume: item.canResume() });
    });
    item.once('done', (_done, state) => note('done', { state }));
    note('downloading');
  });
  globalThis.mainSide = {
    roamkit,
    log,
    networkServicePid,
    download: (url) => window.webContents.downloadURL(url),
  };
  await window.loadFile(path.join(pages, 'page.html'), { query });
}

app.on('window-all-closed', () => app.quit());
void start();
