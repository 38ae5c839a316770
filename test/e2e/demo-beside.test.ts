import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import type { BesideOptions } from '../../demo/shared/beside-options.js';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';

// What `npm run demo -- --lab --beside` shows beside the demo.

// It finds roamkit and its addon as an application in the project's folder.
const build = fileURLToPath(new URL('../../build/', import.meta.url));

let folder: string;
test.beforeEach(async () => {
  folder = mkdtempSync(path.join(build, 'demo-beside-'));
  const script = new URL('../../scripts/bundle-demo.mjs', import.meta.url).href;
  const { bundleBeside } = (await import(script)) as { bundleBeside(folder: string): Promise<void> };
  await bundleBeside(folder);
});
test.afterEach(() => rmSync(folder, { recursive: true }));

test('of two Electrons with the same plain page, the one with roamkit is back when its link goes, the other hangs', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  const { port } = await net.server.webSocketEcho();
  const start = (hasRoamkit: boolean): Promise<Application> =>
    Application.openMain(path.join(folder, 'main.cjs'), (userData) => {
      const webSocketUrl = `ws://${net.addresses.server.v4}:${port}`;
      const options: BesideOptions = { webSocketUrl, hasRoamkit, isHeadless: true, userData };
      return [JSON.stringify(options)];
    });
  await using guarded = await start(true);
  await using alone = await start(false);
  const [healed, hanging] = [await guarded.page(), await alone.page()];
  for (const page of [healed, hanging]) {
    await expect(page.locator('#state')).toHaveText('OPEN');
    await expect(page.locator('#opened')).toHaveText('the first connection');
  }
  await linkDown(net.ethernet.a);
  await expect(healed.locator('#opened')).toHaveText('opened again 1×');
  await expect(hanging.locator('#answer')).toHaveText(/^no answer for \d+ s$/);
  await expect(hanging.locator('#state')).toHaveText('OPEN');
  await expect(healed.locator('#state')).toHaveText('OPEN');
  await expect(healed.locator('#answer')).toHaveText('answers at once');
});
