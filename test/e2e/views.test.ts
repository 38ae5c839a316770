import { expect, type Page, test } from '@playwright/test';
import { bestDefaultRemoved, Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { bundlePages } from './support/bundle-pages.js';
import { eventually } from './support/eventually.js';
import {
  expectLinkLossTold,
  PlainApplication,
  readyPage,
  storyOf,
  track,
} from './support/plain-application.js';

// A page in a view inside a window is as good as a window's page, and goes with its view.

const SERVER = 'ws://203.0.113.1';

type ViewClass = 'WebContentsView' | 'BrowserView';

/** Puts one more view into the first window; resolves to its page. */
async function openView(app: PlainApplication, viewClass: ViewClass): Promise<Page> {
  const { electron } = app.application;
  const [page] = await Promise.all([
    electron.waitForEvent('window'),
    electron.evaluate(
      async ({ BrowserWindow, BrowserView, WebContentsView }, { kind, file }) => {
        const [window] = BrowserWindow.getAllWindows();
        if (window === undefined) throw new Error('no window');
        const bounds = { x: 0, y: 0, width: 200, height: 100 };
        if (kind === 'BrowserView') {
          const view = new BrowserView();
          window.addBrowserView(view);
          view.setBounds(bounds);
          await view.webContents.loadFile(file);
        } else {
          const view = new WebContentsView();
          window.contentView.addChildView(view);
          view.setBounds(bounds);
          await view.webContents.loadFile(file);
        }
      },
      { kind: viewClass, file: `${await bundlePages('plain')}/page.html` },
    ),
  ]);
  return readyPage(page);
}

/** Whether the Electron that runs has this class: WebContentsView came with 30. */
function has(app: PlainApplication, viewClass: ViewClass): Promise<boolean> {
  return app.application.electron.evaluate((electron, name) => name in electron, viewClass);
}

for (const viewClass of ['WebContentsView', 'BrowserView'] as const) {
  test(`the page of a ${viewClass} is served as its window's page is, and forgotten when it is closed`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await PlainApplication.launch();
    test.skip(!(await has(app, viewClass)), `this Electron has no ${viewClass}`);
    const page = await app.page();
    const view = await openView(app, viewClass);
    expect(await view.evaluate(() => pageSide.roamkit.getSnapshot())).toMatchObject({
      status: 'online',
      capabilities: { backend: 'netlink' },
    });
    await track(view, SERVER);
    await app.expectIpc(2, 1);
    await view.reload();
    await readyPage(view);
    await app.expectIpc(2, 0);
    await track(view, SERVER);
    await linkDown(net.ethernet.a);
    await expectLinkLossTold(view);
    // Of the view's connection the window's own page hears nothing.
    await eventually(() => storyOf(page)).toContain('reconnect now');
    expect(await storyOf(page)).not.toContain('invalidated page link-down');
    await track(view, SERVER);
    await app.expectIpc(2, 1);
    await view.close();
    await app.expectIpc(1, 0);
    await track(page, SERVER);
    await app.expectIpc(1, 1);
  });
}

test('a view that is taken out of its window is served on, until it is closed', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  test.skip(!(await has(app, 'WebContentsView')), 'this Electron has no WebContentsView');
  await app.page();
  const view = await openView(app, 'WebContentsView');
  await track(view, SERVER);
  await app.application.electron.evaluate(({ BrowserWindow }) => {
    const content = BrowserWindow.getAllWindows()[0]?.contentView;
    const views = [...(content?.children ?? [])];
    // An application that puts it elsewhere keeps it; otherwise it is collected, and its page with it.
    Reflect.set(globalThis, 'keptViews', views);
    for (const view of views) content?.removeChildView(view);
  });
  await bestDefaultRemoved(net.client);
  await eventually(() => storyOf(view)).toEqual(
    expect.arrayContaining(['invalidated page gateway-removed', 'reconnect now']),
  );
  await app.expectIpc(2, 0);
  await view.close();
  await app.expectIpc(1, 0);
});
