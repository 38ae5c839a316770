import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { build } from 'esbuild';
import { Lab, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';
import { appFile, bundlePages } from './support/bundle-pages.js';
import { readyPage } from './support/plain-application.js';

// What docs/shipping.md asks not to be done: roamkit in the bundle of the main process, where it has neither its preload
// script nor its addon beside it.

let folder: string;
let bundle: string;

test.beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'roamkit-bundled-'));
  bundle = path.join(folder, 'main.cjs');
  await build({
    entryPoints: [appFile('plain', 'main.mjs')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['electron'],
    // As it is published, and not by the `paths` of tsconfig.json.
    tsconfigRaw: '{}',
    absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
    logLevel: 'error',
  });
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (app: Application) =>
  app.electron.evaluate(() =>
    mainSide.start().then(
      () => 'started',
      (error) => `${error.code}: ${error.message}`,
    ),
  );

test('without a preload script to inject, the start is refused and says what to do; the application goes on', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await Application.launch('plain', bundle, { isLate: true });
  const page = await app.page();
  const refusal = await start(app);
  expect(refusal).toMatch(/^ERR_ROAMKIT_INVALID_ARGUMENT: injectPreload: /);
  expect(refusal).toContain('roamkit-preload.cjs');
  expect(refusal).toContain("keep 'roamkit' out of the bundle");
  expect(refusal).toContain('startRoamkit({ injectPreload: false })');
  // And what it started before it looked is gone: it may be tried again.
  expect(await start(app)).toBe(refusal);
  await page.waitForFunction(() => globalThis.pageSide?.roamkit.ready);
  expect(await page.evaluate(() => pageSide.roamkit.getSnapshot().status)).toBe('unknown');
});

test('with a preload script of its own and without the addon it sees less, and says so', async () => {
  await using _net = await twoLinkLab({ client: await Lab.here() });
  await using app = await Application.launch('plain', bundle, {
    options: { injectPreload: false },
    webPreferences: { preload: `${await bundlePages('plain')}/preload.cjs` },
  });
  const page = await readyPage(await app.page());
  expect(await page.evaluate(() => pageSide.roamkit.getSnapshot().capabilities)).toMatchObject({
    backend: 'portable',
    missing: expect.arrayContaining([expect.stringContaining('no native addon')]),
  });
});
