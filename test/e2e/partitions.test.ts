import { expect, type Page, test } from '@playwright/test';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
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

// Applications with more than one account have a session for each, often made while they run.

const SERVER = 'ws://203.0.113.1';

/** Opens a window in a partition that nobody has used before; resolves to its page. */
async function openIn(app: PlainApplication, partition: string, preload?: string): Promise<Page> {
  const { electron } = app.application;
  const pages = await bundlePages('plain');
  const webPreferences = { partition, ...(preload === undefined ? {} : { preload: `${pages}/${preload}` }) };
  const [page] = await Promise.all([
    electron.waitForEvent('window'),
    electron.evaluate(
      ({ BrowserWindow }, { file, preferences }) =>
        new BrowserWindow({ width: 400, height: 300, webPreferences: preferences }).loadFile(file),
      { file: `${pages}/page.html`, preferences: webPreferences },
    ),
  ]);
  return readyPage(page);
}

for (const partition of ['later', 'persist:later']) {
  test(`a page in a session made after the start (${partition}), with a preload script of its own, is served`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await PlainApplication.launch();
    const page = await app.page();
    const later = await openIn(app, partition, 'preload.cjs');
    expect(await later.evaluate(() => pageSide.roamkit.getSnapshot())).toMatchObject({
      status: 'online',
      capabilities: { backend: 'netlink' },
    });
    await track(later, SERVER);
    await app.expectIpc(2, 1);
    await linkDown(net.ethernet.a);
    await expectLinkLossTold(later);
    await eventually(() => storyOf(page)).toContain('reconnect now');
    await track(later, SERVER);
    await later.close();
    await app.expectIpc(1, 0);
  });
}

test('without one it is served as well where all sessions get it, and so are its plain sockets', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  const echo = await net.server.webSocketEcho();
  await using app = await PlainApplication.launch({
    // As CommonJS, which Electron 25 and 27 know too.
    main: 'main.cjs',
    options: { sessions: 'all' },
    isLate: true,
  });
  await app.application.page();
  await app.application.electron.evaluate(async ({ session }) => {
    // Electron cannot be asked for sessions: this one is found with its first page.
    Reflect.set(globalThis, 'earlier', session.fromPartition('earlier'));
    await mainSide.start();
  });
  const pages: Page[] = [];
  for (const partition of ['earlier', 'later', 'persist:later']) {
    const page = await openIn(app, partition);
    expect((await page.evaluate(() => pageSide.roamkit.getSnapshot())).status, partition).toBe('online');
    await track(page, SERVER);
    await page.evaluate(async (url) => {
      const socket = new WebSocket(url);
      socket.onclose = ({ code }) => pageSide.log.push({ event: 'close', code });
      await new Promise((resolve) => socket.addEventListener('open', resolve));
    }, `${SERVER}:${echo.port}`);
    pages.push(page);
  }
  await linkDown(net.ethernet.a);
  for (const page of pages) {
    await expectLinkLossTold(page);
    await eventually(() => logOf(page)).toContainEqual({ event: 'close', code: 1006 });
  }
  await app.application.electron.evaluate(() => mainSide.roamkit.dispose());
  const afterwards = await openIn(app, 'later');
  expect(await afterwards.evaluate(() => '__roamkit' in globalThis)).toBe(false);
});

test('where only the default session gets it, it has no bridge, says so, and nothing else of it is different', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  await app.page();
  const later = await openIn(app, 'later');
  expect(await later.evaluate(() => pageSide.roamkit.getSnapshot())).toMatchObject({
    status: 'unknown',
    capabilities: { backend: 'none', missing: [expect.stringContaining('no bridge')] },
  });
  await app.expectIpc(1, 0);
});
