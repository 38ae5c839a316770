import { expect, type Page, test } from '@playwright/test';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { bundlePages } from './support/bundle-pages.js';
import { eventually } from './support/eventually.js';
import {
  expectLinkLossTold,
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

test('without one, it has no bridge, says so, and nothing else of it is different', async () => {
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
