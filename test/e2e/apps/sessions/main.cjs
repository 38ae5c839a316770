// An application without windows, whose sessions tests use from the main process. In the partition `plain`, roamkit does
// nothing; `later` is made by a test, after roamkit was started. CommonJS, for Electron before 28 has no ES
// modules in the main process.
const { app, session } = require('electron');
const { startRoamkit } = require('roamkit/main');

const { options = {} } = JSON.parse(process.env.ROAMKIT_E2E);

const nothing = { clearHostCache: false, reloadProxy: false, resumeDownloads: false };

void app.whenReady().then(async () => {
  const plain = session.fromPartition('plain');
  const roamkit = await startRoamkit({
    // There is no internet to probe in the lab.
    portal: false,
    ...options,
    sessions: [session.defaultSession, plain],
    sessionPolicy: (each) => (each === plain ? nothing : {}),
  });
  globalThis.mainSide = { roamkit };
});
