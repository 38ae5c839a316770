import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from '@playwright/test';
import { build } from 'esbuild';
import { allDefaultsRemoved, Lab, twoLinkLab } from '../lab/index.js';
import { Application } from './support/application.js';
import { eventually } from './support/eventually.js';

// What the README shows first, as it is printed: in an ES module, and in a page that was bundled.

const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

const [mainModule = '', pageModule = ''] = [...README.matchAll(/^```js\n(.*?)^```$/gms)].map(
  ([, code]) => code,
);

// What the examples leave to the reader. The README's servers are not there in the lab.
const HOST = 'globalThis.heard = []; const connectToMyServer = () => heard.push("connect");';
const PAGE = 'window.heard = []; const showBanner = (status) => heard.push(status); const show = showBanner;';

async function writeApplication(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const main = path.join(folder, 'main.mjs');
  writeFileSync(main, `${mainModule}\n${HOST}`);
  writeFileSync(
    path.join(folder, 'index.html'),
    '<title>README</title><script type="module" src="page.js"></script>',
  );
  await build({
    stdin: { contents: `${PAGE}\n${pageModule}`, resolveDir: path.dirname(fileURLToPath(import.meta.url)) },
    outfile: path.join(folder, 'page.js'),
    bundle: true,
    format: 'esm',
    target: 'chrome114',
  });
  return main;
}

test('the first example of the README starts, and its page and its connections hear of the network', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  // In the repository's folder, where 'roamkit/main' is found.
  const main = await writeApplication(test.info().outputPath('application'));
  // The portal detector's names: nobody answers there, and says so at once.
  const resolvConf = test.info().outputPath('resolv.conf');
  writeFileSync(resolvConf, 'nameserver 127.0.0.1\n');
  await using app = await Application.openMain(main, (userData) => [`--user-data-dir=${userData}`], {
    mounts: { '/etc/resolv.conf': resolvConf },
  });
  const page = await app.page();
  const heardBy = (side: { evaluate(look: () => unknown): Promise<unknown> }): Promise<unknown> =>
    side.evaluate(() => Reflect.get(globalThis, 'heard'));
  await eventually(() => heardBy(app.electron)).toContain('connect');
  await eventually(() => heardBy(page)).toContain('limited');
  const undo = await allDefaultsRemoved(net.client);
  await eventually(() => heardBy(page)).toContain('local');
  const before = ((await heardBy(app.electron)) as unknown[]).length;
  await undo();
  await eventually(async () => ((await heardBy(app.electron)) as unknown[]).length).toBeGreaterThan(before);
});
