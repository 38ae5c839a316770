import { expect, test } from '@playwright/test';
import { bestDefaultRemoved, Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { bundlePages } from './support/bundle-pages.js';
import { eventually } from './support/eventually.js';
import {
  expectLinkLossTold,
  logOf,
  PlainApplication,
  readyPage,
  storyOf,
  track,
} from './support/plain-application.js';

// Pages come and go, in every way that pages do. What main keeps for them (roamkit.ipcStats) goes with them.

const SERVER = 'ws://203.0.113.1';

test('all windows hear of a change; of a connection of a page, only that page', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const [one, other] = [await app.page(), await app.openWindow()];
  await app.expectIpc(2, 0);
  const id = await track(one, SERVER);
  await linkDown(net.ethernet.a);
  for (const page of [one, other]) await eventually(() => storyOf(page)).toContain('reconnect now');
  const heard = async (page: typeof one) => (await storyOf(page)).filter((line) => line !== 'change');
  expect(await heard(one)).toEqual(['invalidated page link-down', 'reconnect now']);
  expect(await heard(other)).toEqual(['reconnect now']);
  expect((await logOf(one)).find(({ event }) => event === 'invalidated')?.id).toBe(id);
});

test('a reload forgets what the page tracked, and the page that comes hears what happens', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const page = await app.page();
  for (let round = 0; round < 3; round++) {
    await track(page, SERVER);
    await app.expectIpc(1, 1);
    await page.reload();
    await readyPage(page);
    await app.expectIpc(1, 0);
  }
  await bestDefaultRemoved(net.client);
  await eventually(() => storyOf(page)).toEqual(expect.arrayContaining(['change', 'reconnect now']));
});

test('a crash of the page forgets what it tracked, and it works again when it is loaded anew', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const page = await app.page();
  const window = await app.application.electron.browserWindow(page);
  const other = await app.openWindow();
  await track(page, SERVER);
  await app.expectIpc(2, 1);
  await window.evaluate(({ webContents }) => webContents.forcefullyCrashRenderer());
  await app.expectIpc(1, 0);
  // What happens meanwhile is for the windows that are left.
  await bestDefaultRemoved(net.client);
  await eventually(() => storyOf(other)).toContain('reconnect now');
  await window.evaluate(({ webContents }) => webContents.reload());
  await app.expectIpc(2, 0);
});

test('a window that is closed is forgotten', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const other = await app.openWindow();
  await track(other, SERVER);
  await app.expectIpc(2, 1);
  await other.close();
  await app.expectIpc(1, 0);
});

test('a navigation that leaves the page where it is, to an answer without content, costs it nothing', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const { port } = await net.server.http();
  const page = await app.page();
  await track(page, SERVER);
  await app.application.electron.evaluate(async ({ BrowserWindow }, url) => {
    // Rejects with ERR_ABORTED, as Chromium calls it.
    await BrowserWindow.getAllWindows()[0]
      ?.loadURL(url)
      .catch(() => {});
  }, `http://${net.addresses.server.v4}:${port}/status?code=204`);
  await linkDown(net.ethernet.a);
  await expectLinkLossTold(page);
});

test('a client that is closed hears nothing, and the next one does', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const [page, other] = [await app.page(), await app.openWindow()];
  await page.evaluate(() => pageSide.roamkit.close());
  await app.expectIpc(1, 0);
  await bestDefaultRemoved(net.client);
  await eventually(() => storyOf(other)).toContain('reconnect now');
  // The page's own answer takes the way that events take.
  await page.evaluate(() => pageSide.roamkit.track('ws://203.0.113.1'));
  expect(await storyOf(page)).toEqual(['change']);
});

test('two copies of the client share a page: what one gives up is not taken from the other', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const page = await app.page();
  const first = await page.evaluateHandle(() => pageSide);
  await page.addScriptTag({ url: 'page.js' });
  await page.evaluate(() => pageSide.roamkit.ready);
  expect(await first.evaluate((side) => side.roamkit === pageSide.roamkit)).toBe(false);
  await track(page, 'ws://203.0.113.1');
  await first.evaluate(({ roamkit }) => roamkit.track('ws://203.0.113.1'));
  await app.expectIpc(1, 2);
  await first.evaluate(({ roamkit }) => roamkit.close());
  await app.expectIpc(1, 1);
  await linkDown(net.ethernet.a);
  await eventually(() => storyOf(page)).toEqual(
    expect.arrayContaining(['change', 'invalidated page link-down', 'reconnect now']),
  );
  expect(await first.evaluate(({ log }) => log.slice(1)), 'what came after its first snapshot').toEqual([]);
  await page.evaluate(() => pageSide.roamkit.close());
  await app.expectIpc(0, 0);
});

test('a page that was there before roamkit follows it from its start on', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch({
    isLate: true,
    options: { injectPreload: false },
    webPreferences: { preload: `${await bundlePages('plain')}/preload.cjs` },
  });
  const page = await app.page();
  const snapshot = () => page.evaluate(() => pageSide.roamkit.getSnapshot());
  expect(await snapshot()).toMatchObject({ status: 'unknown', capabilities: { backend: 'none' } });
  await app.application.electron.evaluate(() => mainSide.start());
  await eventually(snapshot).toMatchObject({ status: 'online', capabilities: { backend: 'netlink' } });
});

test('roamkit can be disposed of and started again, under living pages', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const page = await app.page();
  await app.application.electron.evaluate(async () => {
    await mainSide.roamkit.dispose();
    await mainSide.start();
  });
  await app.expectIpc(1, 0);
  await bestDefaultRemoved(net.client);
  await eventually(() => storyOf(page)).toContain('reconnect now');
});

test('without a bridge a page still works: it knows nothing, and says why', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch({ options: { injectPreload: false } });
  const page = await app.page();
  expect(await page.evaluate(() => pageSide.roamkit.getSnapshot())).toMatchObject({
    status: 'unknown',
    capabilities: { backend: 'none', missing: [expect.stringContaining('no bridge')] },
  });
  expect(await track(page, SERVER)).toBe(0);
});
