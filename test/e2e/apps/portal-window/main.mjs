// An application that is as careless as applications are: it lets every certificate pass, knows passwords, puts its preload
// script into each session and serves its own protocol in all of them. None of it may reach the sign-in window.
import path from 'node:path';
import { app, BrowserWindow, protocol, session } from 'electron';
import { openPortalWindow } from 'roamkit/main';

const { pages, downloads } = JSON.parse(process.env.ROAMKIT_E2E);
const heard = [];

globalThis.hostSide = {
  heard,
  sessions: [],
  open(url, options) {
    this.portal = openPortalWindow(url, options);
  },
};

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, supportFetchAPI: true } },
]);
app.setPath('downloads', downloads);

app.on('session-created', (created) => {
  hostSide.sessions.push(created);
  created.setPreloads([path.join(pages, 'preload.cjs')]);
  created.protocol.handle('app', ({ url }) => {
    heard.push(`protocol ${url}`);
    return new Response('<title>of the application</title>', { headers: { 'content-type': 'text/html' } });
  });
  created.on('will-download', (event, item) => {
    const url = item.getURL();
    setImmediate(() => heard.push(`download ${url} ${event.defaultPrevented ? 'denied' : 'begun'}`));
  });
});
app.on('certificate-error', (event, _contents, url, _error, _certificate, answer) => {
  heard.push(`certificate-error ${url}`);
  event.preventDefault();
  answer(true);
});
app.on('login', (event, _contents, { url }, _info, answer) => {
  heard.push(`login ${url}`);
  event.preventDefault();
  answer('user', 'password');
});

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(async () => {
  await session.defaultSession.cookies.set({ url: 'http://127.0.0.1', name: 'application', value: 'secret' });
  const window = new BrowserWindow({ width: 400, height: 300 });
  await window.loadFile(path.join(pages, 'page.html'));
});
