import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { bestDefaultRemoved, Lab, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';

// The applications of apps/examples: built by their frameworks' own tools, with roamkit from the packed tarball.

/** Where scripts/example-apps.mjs has installed it. */
function installed(name: string): string {
  const apps = process.env['ROAMKIT_EXAMPLE_APPS'];
  if (apps === undefined) throw new Error('run the end-to-end tests with `npm run test:e2e`');
  return path.join(apps, name);
}

async function build(folder: string): Promise<void> {
  await promisify(execFile)('npm', ['run', 'build', '--if-present'], { cwd: folder });
}

/** What electron-builder makes of an application without any download; resolves to the folder. */
async function packaged(folder: string): Promise<string> {
  const electronDist = process.env['ROAMKIT_ELECTRON_DIST'] ?? '';
  const electronVersion = readFileSync(path.join(electronDist, 'version'), 'utf8').trim().replace(/^v/, '');
  const builder = fileURLToPath(new URL('../../node_modules/.bin/electron-builder', import.meta.url));
  await promisify(execFile)(builder, [
    ...['--linux', 'dir', '--publish', 'never', '--projectDir', folder],
    ...[`-c.electronDist=${electronDist}`, `-c.electronVersion=${electronVersion}`],
  ]);
  return path.join(folder, 'release', 'linux-unpacked');
}

/** Expects that the page shows what netlink tells, and hears when to reconnect. */
async function expectThatPageFollows(open: () => Promise<Application>): Promise<void> {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await open();
  const page = await app.page();
  const status = page.locator('#status');
  const signals = page.locator('#signals li');
  await expect(status).toHaveText('online by eth0 (netlink)');
  await expect(signals).toHaveCount(0);
  await bestDefaultRemoved(net.client);
  await expect(status).toHaveText('online by wlan0 (netlink)');
  // One for each family.
  await expect(signals.first()).toHaveText('now');
}

for (const name of ['plain-files', 'webpack', 'electron-vite']) {
  test(`the ${name} application builds and follows the network`, async () => {
    const folder = installed(name);
    await build(folder);
    await expectThatPageFollows(() => Application.open(folder));
  });
}

test('the electron-vite application, packaged by electron-builder, follows the network', async () => {
  const folder = installed('electron-vite');
  await build(folder);
  const unpacked = await packaged(folder);
  // The addon is outside of the archive: the system's loader knows no archives.
  const addons = 'resources/app.asar.unpacked/node_modules/roamkit/prebuilds';
  expect(readdirSync(path.join(unpacked, addons), { recursive: true }).join()).toContain('.node');
  await expectThatPageFollows(() => Application.openPackaged(path.join(unpacked, 'electron-vite-example')));
});
