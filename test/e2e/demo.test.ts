import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';

// The demo as it is handed out: packaged by electron-builder, with roamkit from the packed tarball (scripts/package-demo.mjs).

/** A file of the packaged application. */
function packaged(...names: readonly string[]): string {
  const folder = process.env['ROAMKIT_PACKAGED_DEMO'];
  if (folder === undefined) throw new Error('run the end-to-end tests with `npm run test:e2e`');
  return path.join(folder, 'linux-unpacked', ...names);
}

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'roamkit-demo-test-'));
});
test.afterEach(() => rmSync(folder, { recursive: true }));

test('started by hand, it shows that this computer is online, by which link, and when that is another', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  // The internet: a server that has every name, and answers what Android asks.
  const [dns] = await Promise.all([net.server.dns({ host: '0.0.0.0' }), net.server.http({ port: 80 })]);
  dns.process.stdin.write(`* ${net.addresses.server.v4}\n`);
  const resolvConf = path.join(folder, 'resolv.conf');
  writeFileSync(resolvConf, `nameserver ${net.addresses.server.v4}\n`);
  await using app = await Application.openPackaged(packaged('roamkit-demo'), [], {
    mounts: { '/etc/resolv.conf': resolvConf },
  });
  const page = await app.page();
  await expect(page.locator('[data-fact=backend]')).toHaveText('netlink, live');
  await expect(page.locator('[data-fact=scene]')).toHaveText('This computer’s network');
  await expect(page.locator('#status-title')).toHaveText('Online');
  // A probe has confirmed it.
  await expect(page.locator('#status-text')).toHaveText('There is a way to the internet.');
  await expect(page.locator('#path-4')).toContainText('eth0');
  await expect(page.locator('#links')).toContainText(net.addresses.ethernet.v4);
  await expect(page.locator('#connections')).toContainText('Local database');
  await linkDown(net.ethernet.a);
  await expect(page.locator('#path-4')).toContainText('wlan0');
  await expect(page.locator('#path-6')).toContainText('wlan0');
  await page.close();
  await app.expectCleanExit();
});

test('the addon is outside of the archive: the system’s loader knows no archives', () => {
  const roamkit = packaged('resources', 'app.asar.unpacked', 'node_modules', 'roamkit');
  expect(existsSync(path.join(roamkit, 'prebuilds', `linux-${process.arch}`, 'node.napi.node'))).toBe(true);
  expect(existsSync(packaged('resources', 'app.asar'))).toBe(true);
});
