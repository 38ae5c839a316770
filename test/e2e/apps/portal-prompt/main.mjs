// A window whose page shows the portal prompt.
import path from 'node:path';
import { app, BrowserWindow } from 'electron';

const { pages } = JSON.parse(process.env.ROAMKIT_E2E);

app.on('window-all-closed', () => app.quit());
void app
  .whenReady()
  .then(() => new BrowserWindow({ width: 760, height: 560 }).loadFile(path.join(pages, 'page.html')));
