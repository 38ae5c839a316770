import { expect, type Frame, type Page, test } from '@playwright/test';
import type { IpcResult } from '../../ipc/messages.js';
import type { ConnectivitySnapshot } from '../../ipc/snapshot.js';
import { bestDefaultRemoved, Lab, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { PlainApplication, storyOf, track } from './support/plain-application.js';

// Who is answered: the main frame of a page of an allowed origin, and nobody else.

/** What apps/plain/frame.js puts on its window. */
interface FrameSide {
  readonly hasBridge: boolean;
  readonly heard: readonly string[];
  readonly subscribed: Promise<IpcResult<ConnectivitySnapshot>> | undefined;
}

declare global {
  var frameSide: FrameSide;
}

// Frames have no preload script unless the application wants that.
const inSubFrames = { nodeIntegrationInSubFrames: true };

/** Puts a document into a page. */
async function addFrame(page: Page): Promise<Frame> {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.src = 'frame.html';
        frame.onload = resolve;
        document.body.append(frame);
      }),
  );
  const frame = page.frames().find((candidate) => candidate.url().endsWith('frame.html'));
  if (frame === undefined) throw new Error('the frame is not there');
  return frame;
}

/** Opens a page of the lab's web server in the first window. Its bridge is there: only main can tell origins. */
async function goToForeignPage(app: PlainApplication, net: TwoLinkLab): Promise<Page> {
  const { port } = await net.server.http();
  const page = await app.page();
  await page.goto(`http://${net.addresses.server.v4}:${port}/`);
  return page;
}

/** Subscribes without a client, and writes down on `window.heard` what comes. */
function subscribeByHand(page: Page): Promise<IpcResult<ConnectivitySnapshot>> {
  return page.evaluate(() => {
    const bridge = Reflect.get(window, '__roamkit');
    const heard: string[] = [];
    Reflect.set(window, 'heard', heard);
    for (const name of ['onDelta', 'onInvalidated', 'onReconnect']) bridge[name](() => heard.push(name));
    return bridge.subscribe();
  });
}

/** Loses the default path, and waits until a page that listens has heard of it. */
async function loseDefaultPath(net: TwoLinkLab, listener: Page): Promise<void> {
  await bestDefaultRemoved(net.client);
  await eventually(() => storyOf(listener)).toContain('reconnect now');
}

test('a frame inside a page has no bridge', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const frame = await addFrame(await app.page());
  expect(await frame.evaluate(() => frameSide.hasBridge)).toBe(false);
});

test('a frame that was given the preload script is refused (sender) and hears nothing', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch({ webPreferences: inSubFrames });
  const page = await app.page();
  const frame = await addFrame(page);
  expect(await frame.evaluate(() => frameSide.subscribed)).toMatchObject({
    ok: false,
    error: { code: 'ERR_ROAMKIT_IPC_REFUSED', reason: 'sender' },
  });
  expect((await app.ipcStats()).refusedFor.sender).toBe(1);
  await loseDefaultPath(net, page);
  expect(await frame.evaluate(() => frameSide.heard)).toEqual([]);
});

test('with allowSubframes it is answered and hears what the page hears', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch({
    options: { allowSubframes: true },
    webPreferences: inSubFrames,
  });
  const page = await app.page();
  const frame = await addFrame(page);
  expect(await frame.evaluate(() => frameSide.subscribed)).toMatchObject({ ok: true });
  await loseDefaultPath(net, page);
  await eventually(() => frame.evaluate(() => frameSide.heard)).toEqual(
    expect.arrayContaining(['delta', 'reconnect']),
  );
});

test('a page of a foreign origin is refused (origin), hears nothing, and the page before it is forgotten', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const other = await app.openWindow();
  await track(await app.page(), 'ws://203.0.113.1');
  await app.expectIpc(2, 1);
  const foreign = await goToForeignPage(app, net);
  await app.expectIpc(1, 0);
  expect(await subscribeByHand(foreign)).toMatchObject({
    ok: false,
    error: { code: 'ERR_ROAMKIT_IPC_REFUSED', reason: 'origin' },
  });
  await loseDefaultPath(net, other);
  // Through Electron and not Playwright: it takes the same way to the page as an event would, so it cannot overtake one.
  const heard = await app.application.electron.evaluate(({ webContents }) =>
    webContents
      .getAllWebContents()
      .find((contents) => contents.getURL().startsWith('http:'))
      ?.executeJavaScript('heard'),
  );
  expect(heard).toEqual([]);
});

test('a page of an origin that was allowed is answered and hears what happens', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  const { port } = await net.server.http();
  const origin = `http://${net.addresses.server.v4}:${port}`;
  await using app = await PlainApplication.launch({ options: { allowedOrigins: ['file:', origin] } });
  const page = await app.page();
  await page.goto(`${origin}/`);
  expect(await subscribeByHand(page)).toMatchObject({ ok: true, value: { status: 'online' } });
  await bestDefaultRemoved(net.client);
  await eventually(() => page.evaluate(() => Reflect.get(window, 'heard'))).toContain('onReconnect');
});

test('a page of an opaque origin is refused (origin)', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch({ options: { allowedOrigins: ['file:', 'data:'] } });
  const page = await app.page();
  await page.goto('data:text/html,<title>opaque</title>');
  expect(await subscribeByHand(page)).toMatchObject({ ok: false, error: { reason: 'origin' } });
});
