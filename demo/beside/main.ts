// A page with a plain WebSocket, as any application has them. Started twice, beside the demo: in Electron alone, and with one line of
// roamkit.
import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { startRoamkit } from 'roamkit/main';
import { capture } from '../main/capture.js';
import { driverPort } from '../main/driver-port.js';
import type { BesideOptions } from '../shared/beside-options.js';

const SIZE = { width: 420, height: 220 } as const;

const options = JSON.parse(process.argv.at(-1) ?? '') as BesideOptions;

app.setPath('userData', options.userData);
if (options.isHeadless) app.disableHardwareAcceleration();
app.on('window-all-closed', () => app.quit());
driverPort.onGone(() => app.quit());

async function start({ webSocketUrl, hasRoamkit }: BesideOptions): Promise<void> {
  await app.whenReady();
  // There is no internet to probe in the lab, and the page has no code of roamkit.
  if (hasRoamkit) await startRoamkit({ portal: false, injectPreload: false });
  const title = hasRoamkit ? 'With roamkit' : 'Electron alone';
  const window = new BrowserWindow({
    ...SIZE,
    useContentSize: true,
    title,
    autoHideMenuBar: true,
    // The seconds go on where another window is in front.
    webPreferences: { backgroundThrottling: false },
  });
  driverPort.onMessage((message) => {
    if (message.type !== 'capture') return;
    void capture(window, message.shots).then(() => driverPort.tell({ type: 'captured' }));
  });
  await window.loadFile(path.join(app.getAppPath(), 'beside.html'), { query: { title, webSocketUrl } });
  driverPort.tell({ type: 'ready' });
}

start(options).catch((error: unknown) => {
  console.error(error);
  app.exit(1);
});
