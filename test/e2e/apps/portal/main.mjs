// An application that shows captive portals in its page and in its tray menu. Prints what its page says, with the time.
import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { notifyOfPortal, startRoamkit } from 'roamkit/main';

const { pages, options = {} } = JSON.parse(process.env.ROAMKIT_E2E);

globalThis.portalSide = { menu: [] };

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(async () => {
  portalSide.roamkit = await startRoamkit(options);
  portalSide.notices = notifyOfPortal(portalSide.roamkit, {
    notification: false,
    onMenu: (items) => {
      portalSide.menu = items;
    },
  });
  const window = new BrowserWindow({ width: 640, height: 400 });
  // From Electron 35 on the message is a field of the event.
  window.webContents.on('console-message', (event, _level, message) => console.log(message ?? event.message));
  await window.loadFile(path.join(pages, 'page.html'));
});
