import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { type BuildContext, context } from 'esbuild';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { appFile } from './support/bundle-pages.js';
import { eventually } from './support/eventually.js';
import { PlainApplication, readyPage, storyOf } from './support/plain-application.js';

// A developer saves a file, the development server has the page reload itself: again and again, in one window, for hours.

let folder: string;
let server: BuildContext;
let origin: string;

/** What the developer saves. */
function save(version: string): void {
  writeFileSync(path.join(folder, 'version.js'), `export const version = '${version}';\n`);
}

test.beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'roamkit-hot-reload-'));
  for (const file of ['page.js', 'version.js', 'served/page.html']) {
    cpSync(appFile('hot-reload', path.basename(file)), path.join(folder, file));
  }
  server = await context({
    entryPoints: [path.join(folder, 'page.js')],
    outdir: path.join(folder, 'served'),
    bundle: true,
    alias: { 'roamkit/renderer': fileURLToPath(new URL('../../renderer/index.ts', import.meta.url)) },
    target: 'chrome114',
    logLevel: 'error',
  });
  await server.watch();
  const { port } = await server.serve({ servedir: path.join(folder, 'served'), host: '127.0.0.1' });
  origin = `http://127.0.0.1:${port}`;
});

test.afterEach(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true });
});

test('a page that its development server reloads leaves nothing behind, and is served as before', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  const echo = await net.server.webSocketEcho();
  await using app = await PlainApplication.launch();
  const page = await app.page();
  const socketUrl = `ws://${net.addresses.server.v4}:${echo.port}`;
  await page.goto(`${origin}/page.html?url=${encodeURIComponent(socketUrl)}`);
  const expectLivingPage = async (version: string): Promise<void> => {
    await expect(page.locator('#version')).toHaveText(version);
    await expect(page.locator('html[data-is-watched]')).toBeAttached();
    await readyPage(page);
    await eventually(() => storyOf(page)).toContain('open');
    // One page that listens, one socket that is tracked, however often it was reloaded.
    await app.expectIpc(1, 1);
  };
  await expectLivingPage('first');
  for (const version of ['second', 'third', 'fourth']) {
    save(version);
    await expectLivingPage(version);
  }
  await linkDown(net.ethernet.a);
  await eventually(() => storyOf(page)).toContain('reconnect now');
  const socketStory = async () => (await storyOf(page)).filter((line) => line !== 'reconnect now');
  await eventually(socketStory).toEqual(['open', 'close', 'open']);
  await app.expectIpc(1, 1);
});
