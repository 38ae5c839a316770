import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { bestDefaultRemoved } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { PortalApplication } from './support/portal-application.js';

// From a network that asks for a sign-in to one that is open: prompt, window, and back, with all parts as they are shipped.

const status = (page: Page): Promise<string> => page.evaluate(() => pageSide.roamkit.getSnapshot().status);

test('the prompt appears, a click opens the window, signing in closes it, and the prompt goes', async () => {
  await using app = await PortalApplication.launch();
  const { page, portal } = app;
  const { host } = new URL(portal.url);
  const signIn = page.getByRole('button', { name: 'Sign in' });
  await expect(signIn).toBeVisible();
  await expect(page.getByText(`${host} asks you to sign in`)).toBeVisible();

  const signInPage = await app.signInPage(() => signIn.click());
  await expect(page.getByText('open in a window of its own')).toBeVisible();
  expect(await signInPage.evaluate(() => '__roamkit' in globalThis)).toBe(false);
  const closed = signInPage.waitForEvent('close');
  await signInPage.getByRole('button').click();
  await closed;
  await expect(signIn).toBeHidden();
  expect(await status(page)).toBe('online');
  expect(await app.windows()).toBe(1);
});

test('the window gets no preload script, though all sessions get them', async () => {
  await using app = await PortalApplication.launch({
    sessions: 'all',
    sessionPolicy: { overrideOnLine: true },
  });
  await app.electron.evaluate(({ app: electronApp }) => {
    // When it is made, before it is cleared of what others put in.
    electronApp.on('session-created', (made) =>
      Reflect.set(globalThis, 'preloadsAtFirst', made.getPreloads()),
    );
  });
  const signInPage = await app.signInPage(() => app.page.getByRole('button', { name: 'Sign in' }).click());
  expect(await signInPage.evaluate(() => '__roamkit' in globalThis)).toBe(false);
  const preloads = await app.electron.evaluate(({ BrowserWindow, session }) => {
    const all = BrowserWindow.getAllWindows().map(({ webContents }) => webContents.session);
    return {
      own: session.defaultSession.getPreloads().length,
      signIn: all.find((each) => each !== session.defaultSession)?.getPreloads(),
      signInAtFirst: Reflect.get(globalThis, 'preloadsAtFirst'),
    };
  });
  // Of roamkit's two, the bridge's and the one for `overrideOnLine`.
  expect(preloads).toEqual({ own: 2, signIn: [], signInAtFirst: [] });
});

test('a page opens the window only for an act of the user', async () => {
  await using app = await PortalApplication.launch();
  // Not by Playwright's `evaluate`, which counts as an act of the user.
  const run = (code: string): Promise<unknown> =>
    app.electron.evaluate(
      ({ BrowserWindow }, script) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(script),
      code,
    );
  const openPortal = () =>
    run(`pageSide.roamkit.ready
      .then(() => pageSide.roamkit.openPortal())
      .then((isOpen) => (isOpen ? 'opened' : 'nothing'), (error) => error.reason)`);
  await run('document.location.reload()');
  await eventually(() => run("pageSide.roamkit.getSnapshot().status === 'portal'")).toBe(true);
  expect(await openPortal()).toBe('gesture');
  // Nor for what a script pretends.
  await run(`
    Object.defineProperty(Navigator.prototype, 'userActivation', { value: { isActive: true } });
    for (const event of [
      new MouseEvent('mousedown', { bubbles: true }),
      new MouseEvent('click', { bubbles: true }),
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }),
    ]) document.body.dispatchEvent(event);
    navigator.userActivation.isActive`);
  expect(await openPortal()).toBe('gesture');
  expect(await app.windows()).toBe(1);
  await app.page.mouse.click(300, 300);
  expect(await openPortal()).toBe('opened');
  await eventually(() => app.windows()).toBe(2);
});

test('the keyboard is as good as the mouse', async () => {
  await using app = await PortalApplication.launch();
  await app.page.getByRole('button', { name: 'Sign in' }).focus();
  await app.signInPage(() => app.page.keyboard.press('Enter'));
  expect(await app.windows()).toBe(2);
});

test('another network closes the window', async () => {
  await using app = await PortalApplication.launch();
  const signInPage = await app.signInPage(() => app.page.getByRole('button', { name: 'Sign in' }).click());
  const closed = signInPage.waitForEvent('close');
  await bestDefaultRemoved(app.net.client);
  await closed;
  expect(await app.windows()).toBe(1);
});

test('a tray menu signs in as well, and is empty when there is nothing to do', async () => {
  await using app = await PortalApplication.launch();
  await eventually(() => app.menu()).toEqual(['Sign in to the network…', 'Check the network again']);
  const signInPage = await app.signInPage(() => app.electron.evaluate(() => portalSide.menu[0]?.click()));
  await signInPage.getByRole('button').click();
  await eventually(() => app.menu()).toEqual([]);
});

test('the window goes with roamkit', async () => {
  await using app = await PortalApplication.launch();
  await app.signInPage(() => app.page.getByRole('button', { name: 'Sign in' }).click());
  await app.electron.evaluate(() => portalSide.roamkit.dispose());
  await eventually(() => app.windows()).toBe(1);
});

test("where the application prefers it, the system's browser opens the page, and no window", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'roamkit-e2e-browser-'));
  const opened = path.join(folder, 'opened');
  // What Chromium starts on Linux for a URL.
  writeFileSync(path.join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$1" > '${opened}'\n`, {
    mode: 0o755,
  });
  const { PATH } = process.env;
  process.env['PATH'] = `${folder}:${PATH}`;
  try {
    await using app = await PortalApplication.launch({ portalWindow: { openIn: 'browser' } });
    await app.page.getByRole('button', { name: 'Sign in' }).click();
    await eventually(() => existsSync(opened) && readFileSync(opened, 'utf8')).toBe(
      new URL('/sign-in', app.portal.url).href,
    );
    expect(await app.windows()).toBe(1);
  } finally {
    process.env['PATH'] = PATH;
    rmSync(folder, { recursive: true, force: true });
  }
});
