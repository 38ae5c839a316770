import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { Hotel } from '../../demo/driver/hotel.js';
import { hotelStory } from '../../demo/driver/hotel-story.js';
import { startLabServers } from '../../demo/driver/play-story.js';
import { optionsArgument } from '../../demo/shared/options.js';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';
import { packagedDemo } from './support/packaged-demo.js';

// The demo as it is handed out: packaged by electron-builder, with roamkit from the packed tarball (scripts/package-demo.mjs).

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
  await using app = await Application.openPackaged(packagedDemo('roamkit-demo'), [], {
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

test('in a hotel it asks the user to sign in, opens the portal’s page for a click, and all is back after that', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  const network = await startLabServers(net);
  const [join, openSignIn, signIn] = hotelStory(net, await Hotel.open(net));
  const argument = optionsArgument({ network, isHeadless: true, userData: null });
  await using app = await Application.openPackaged(packagedDemo('roamkit-demo'), [argument]);
  const page = await app.page();
  const prompt = page.getByRole('region', { name: 'Sign in to this network' });
  let portal: Page | undefined;
  const user = {
    openSignIn: async () => {
      const opened = app.electron.waitForEvent('window');
      await prompt.getByRole('button', { name: 'Sign in' }).click();
      portal = await opened;
    },
    signIn: async () => portal?.getByRole('button', { name: 'Sign in' }).click(),
  };
  const fileSync = page.locator('#connections tr', { hasText: 'File sync' });
  const chat = page.locator('#chat-state');
  await expect(page.locator('#tally')).toHaveText('7 routable');
  await expect(chat).toHaveText('open');

  await join?.play(user);
  await expect(page.locator('#status-title')).toHaveText('Sign-in needed');
  await expect(prompt).toContainText(net.addresses.wifiGateway.v4);
  await expect(fileSync).toContainText('waits for a path');
  await expect(chat).toHaveText('comes back');

  await openSignIn?.play(user);
  await expect(prompt).toContainText('open in a window of its own');
  const closed = portal?.waitForEvent('close');

  await signIn?.play(user);
  await closed;
  await expect(page.locator('#status-title')).toHaveText('Online');
  await expect(prompt).toBeHidden();
  await expect(page.locator('#tally')).toHaveText('7 routable');
  await expect(chat).toHaveText('open');
  await page.close();
  await app.expectCleanExit();
});

test('the addon is outside of the archive: the system’s loader knows no archives', () => {
  const roamkit = packagedDemo('resources', 'app.asar.unpacked', 'node_modules', 'roamkit');
  expect(existsSync(path.join(roamkit, 'prebuilds', `linux-${process.arch}`, 'node.napi.node'))).toBe(true);
  expect(existsSync(packagedDemo('resources', 'app.asar'))).toBe(true);
});
