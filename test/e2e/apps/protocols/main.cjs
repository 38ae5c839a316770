// An application whose pages connect by TLS in all the ways there are, directly (partition '') and through proxies (`connect`,
// `socks`); and by Chromium from the main process. All that they are helped by is one line here.
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const v8 = require('node:v8');
const vm = require('node:vm');
const { app, BrowserWindow, net, protocol, session } = require('electron');
const { startRoamkit } = require('roamkit/main');

const { pages, proxies } = JSON.parse(process.env.ROAMKIT_E2E);

const log = [];

function note(text) {
  log.push(text);
}

// Service workers need a scheme like this, and a page that is not file:.
protocol.registerSchemesAsPrivileged([
  {
    scheme: 'plain',
    privileges: { standard: true, secure: true, supportFetchAPI: true, allowServiceWorkers: true },
  },
]);

async function openPage(partition) {
  const own = session.fromPartition(partition);
  own.protocol.handle('plain', ({ url }) =>
    net.fetch(pathToFileURL(path.join(pages, new URL(url).pathname)).href),
  );
  // The lab's certificates are nobody's.
  own.setCertificateVerifyProc((_request, verified) => verified(0));
  if (proxies[partition] !== undefined) await own.setProxy({ proxyRules: proxies[partition] });
  const window = new BrowserWindow({ width: 400, height: 300, webPreferences: { partition } });
  await window.loadURL(`plain://${partition || 'direct'}/page.html`);
}

/** By what the main process connects through Chromium; each resolves once it is open. */
const open = {
  fetch: async (name, url) => {
    const response = await net.fetch(url);
    response.text().then(
      () => note(`${name}: ended`),
      () => note(`${name}: failed`),
    );
  },

  request: (name, url) =>
    new Promise((resolve) => {
      const request = net.request(url);
      request.on('error', () => note(`${name}: failed`));
      request.on('response', (response) => {
        response.on('error', () => {});
        response.on('end', () => note(`${name}: ended`));
        response.on('data', () => resolve());
      });
      request.end();
    }),

  socket: (name, url) =>
    new Promise((resolve) => {
      const socket = new net.WebSocket(url);
      socket.addEventListener('close', ({ code }) => note(`${name}: closed ${code}`));
      socket.addEventListener('open', () => resolve());
    }),
};

void app.whenReady().then(async () => {
  // No probe has a place in these tests.
  const roamkit = await startRoamkit({ injectPreload: false, portal: false });
  globalThis.protocolsMain = { roamkit, log, open, hasWebSocket: net.WebSocket !== undefined };
  await Promise.all(['', ...Object.keys(proxies)].map(openPage));
});
// Electron 33.2.1 may end by SIGSEGV if a request of `net` is over and its object half collected at that moment: the same without
// roamkit; mended in later 33s (Electron's pull request 45379). A whole collection leaves none behind.
app.on('will-quit', () => {
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
});
app.on('window-all-closed', () => app.quit());
