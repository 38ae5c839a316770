import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { bestDefaultRemoved, Lab, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';

// The applications of apps/examples: built by their frameworks' own tools, with roamkit from the packed tarball.

const ZIP_FOLDER = fileURLToPath(new URL('./support/zip-folder.py', import.meta.url));

/** Where scripts/example-apps.mjs has installed it. */
function installed(name: string): string {
  const apps = process.env['ROAMKIT_EXAMPLE_APPS'];
  if (apps === undefined) throw new Error('run the end-to-end tests with `npm run test:e2e`');
  return path.join(apps, name);
}

/** The Electron that applications are packaged with. */
function electronBuild(): { readonly folder: string; readonly version: string } {
  const folder = process.env['ROAMKIT_ELECTRON_DIST'] ?? '';
  const version = readFileSync(path.join(folder, 'version'), 'utf8').trim().replace(/^v/, '');
  return { folder, version };
}

/** Expects that the addon is outside of an application's archive: the system's loader knows no archives. */
function expectAddonBeside(resources: string): void {
  const addons = path.join(resources, 'app.asar.unpacked', 'node_modules', 'roamkit', 'prebuilds');
  expect(readdirSync(addons, { recursive: true }).join()).toContain('.node');
  expect(existsSync(path.join(resources, 'app.asar'))).toBe(true);
}

async function build(folder: string): Promise<void> {
  await promisify(execFile)('npm', ['run', 'build', '--if-present'], { cwd: folder });
}

/** What electron-builder makes of an application without any download; resolves to the folder. */
async function builderPackaged(folder: string): Promise<string> {
  const electron = electronBuild();
  const builder = fileURLToPath(new URL('../../node_modules/.bin/electron-builder', import.meta.url));
  await promisify(execFile)(builder, [
    ...['--linux', 'dir', '--publish', 'never', '--projectDir', folder],
    ...[`-c.electronDist=${electron.folder}`, `-c.electronVersion=${electron.version}`],
  ]);
  return path.join(folder, 'release', 'linux-unpacked');
}

/** What Electron Forge makes of an application without any download; resolves to the folder. */
async function forgePackaged(folder: string): Promise<string> {
  const electron = electronBuild();
  const zips = path.join(folder, 'electron-zips');
  mkdirSync(zips, { recursive: true });
  const zip = path.join(zips, `electron-v${electron.version}-linux-${process.arch}.zip`);
  await promisify(execFile)('python3', [ZIP_FOLDER, electron.folder, zip]);
  await promisify(execFile)('npm', ['run', 'build'], {
    cwd: folder,
    env: { ...process.env, ELECTRON_ZIP_DIR: zips, ELECTRON_ZIP_VERSION: electron.version },
  });
  return path.join(folder, 'out', `forge-vite-example-linux-${process.arch}`);
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
  const packaged = await builderPackaged(folder);
  expectAddonBeside(path.join(packaged, 'resources'));
  await expectThatPageFollows(() => Application.openPackaged(path.join(packaged, 'electron-vite-example')));
});

test('the Electron Forge and Vite application, packaged by Forge, follows the network', async () => {
  test.slow();
  const packaged = await forgePackaged(installed('forge-vite'));
  expectAddonBeside(path.join(packaged, 'resources'));
  await expectThatPageFollows(() => Application.openPackaged(path.join(packaged, 'forge-vite-example')));
});
