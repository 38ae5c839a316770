import { test } from '@playwright/test';
import { IpShell } from '../fixtures/ip-shell.js';
import { Lab, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';
import { PlainApplication, readyPage, track } from './support/plain-application.js';
import { SocketsApplication } from './support/sockets-application.js';

// Electron ends without a crash while the monitor's thread still runs: nobody has to dispose of roamkit before. (Every
// other test here also quits its application in this way and expects exit code 0.)

test('with an open monitor, tracked sockets and a page that listens', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  const app = await SocketsApplication.launch(net, 'v4');
  await app.application.quit();
});

test('after windows were reloaded, closed and opened anew', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  const app = await PlainApplication.launch();
  for (let round = 0; round < 3; round++) {
    const page = await app.openWindow();
    await track(page, 'ws://203.0.113.1');
    await page.reload();
    await readyPage(page);
    await page.close();
  }
  await app.application.quit();
});

test('when its last window is closed', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  const app = await PlainApplication.launch();
  const page = await app.page();
  await page.close();
  await app.application.expectCleanExit();
});

test('in the middle of a storm of route changes', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using ip = await IpShell.open(net.client);
  const app = await SocketsApplication.launch(net, 'v4');
  const better = 'default via 192.0.2.254 dev wlan0 metric 50';
  const changes = Array.from({ length: 500 }, () => [`route add ${better}`, `route del ${better}`]).flat();
  let isOver = false;
  const storm = (async () => {
    while (!isOver) await ip.run(...changes);
  })();
  await app.application.quit();
  isOver = true;
  await storm;
});

test('when it is told to exit at once, without any farewell', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  const app = await Application.launch('plain', 'main.mjs');
  await readyPage(await app.page());
  await app.electron.evaluate(({ app: electronApp }) => setImmediate(() => electronApp.exit(0)));
  await app.expectCleanExit();
});

test('when the system asks it to (SIGTERM)', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  const app = await Application.launch('plain', 'main.mjs');
  await readyPage(await app.page());
  app.electron.process().kill('SIGTERM');
  await app.expectCleanExit();
});

test('while it is disposed of', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  const app = await Application.launch('plain', 'main.mjs');
  await readyPage(await app.page());
  await app.electron.evaluate(({ app: electronApp }) => {
    setImmediate(() => {
      void mainSide.roamkit.dispose();
      electronApp.quit();
    });
  });
  await app.expectCleanExit();
});
