import { expect, test } from '@playwright/test';
import { bestDefaultRemoved, Lab, twoLinkLab } from '../lab/index.js';
import { appFile, bundlePages } from './support/bundle-pages.js';
import { eventually } from './support/eventually.js';
import { PlainApplication, type PlainOptions, storyOf } from './support/plain-application.js';

// What is published works as it is written on the tin: both module formats of the main process, and every way to bring the
// preload script to the page.

const bundledPreload = async () => ({ preload: `${await bundlePages('plain')}/preload.cjs` });

const preloads: readonly {
  readonly how: string;
  readonly settings: () => Promise<PlainOptions>;
}[] = [
  { how: 'the injected preload script', settings: async () => ({}) },
  {
    how: 'a preload script of its own that imports roamkit/preload',
    settings: async () => ({ options: { injectPreload: false }, webPreferences: await bundledPreload() }),
  },
];

async function expectThatPageFollows(settings: PlainOptions): Promise<void> {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch(settings);
  const page = await app.page();
  expect(await page.evaluate(() => pageSide.roamkit.getSnapshot())).toMatchObject({
    status: 'online',
    defaultPaths: { 4: { link: 'eth0' }, 6: { link: 'eth0' } },
    capabilities: { backend: 'netlink', missing: [] },
  });
  await bestDefaultRemoved(net.client);
  await eventually(() => page.evaluate(() => pageSide.roamkit.getSnapshot())).toMatchObject({
    defaultPaths: { 4: { link: 'wlan0' }, 6: { link: 'wlan0' } },
  });
  await eventually(() => storyOf(page)).toContain('reconnect now');
}

for (const main of ['main.mjs', 'main.cjs'] as const) {
  for (const { how, settings } of preloads) {
    test(`an application with ${main} and ${how} works`, async () => {
      await expectThatPageFollows({ main, ...(await settings()) });
    });
  }
}

test('both preload scripts at once do no harm', async () => {
  await expectThatPageFollows({ webPreferences: await bundledPreload() });
});

test('a preload script without a sandbox may require roamkit/preload as it is', async () => {
  await expectThatPageFollows({
    main: 'main.cjs',
    options: { injectPreload: false },
    webPreferences: { preload: appFile('plain', 'unbundled-preload.cjs'), sandbox: false },
  });
});
