// The demo's processes, each as one file.
import { cpSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './lib.mjs';

const DEMO = path.join(root, 'demo');

// What tsconfig.json says is for type checking.
const COMMON = { bundle: true, logLevel: 'warning', tsconfigRaw: '{}' };

/**
 * Bundles a main process: `main.cjs`.
 *
 * @param {string} source
 * @param {string} folder
 */
function bundleMain(source, folder) {
  return build({
    ...COMMON,
    entryPoints: [source],
    outfile: path.join(folder, 'main.cjs'),
    platform: 'node',
    // CommonJS, since Electron before 28 starts with nothing else.
    format: 'cjs',
    target: 'node18',
    sourcemap: 'linked',
    // roamkit stays outside, as in any application: its addon and its preload script are found beside it.
    external: ['electron', 'roamkit'],
  });
}

/**
 * Bundles a page's script.
 *
 * @param {string} name
 * @param {string} source
 * @param {string} folder
 */
function bundlePage(name, source, folder) {
  return build({
    ...COMMON,
    entryPoints: { [name]: source },
    outdir: folder,
    platform: 'browser',
    format: 'iife',
    target: 'chrome114',
  });
}

/**
 * Bundles the application into a folder: main process, preload script and page.
 *
 * @param {string} folder
 */
export async function bundleDemo(folder) {
  await Promise.all([
    bundleMain(path.join(DEMO, 'main', 'index.ts'), folder),
    // A sandboxed preload script can require nothing but 'electron'.
    build({
      ...COMMON,
      entryPoints: [path.join(DEMO, 'preload', 'index.ts')],
      outfile: path.join(folder, 'preload.cjs'),
      platform: 'browser',
      format: 'cjs',
      target: 'chrome114',
      external: ['electron'],
    }),
    bundlePage('page', path.join(DEMO, 'page', 'index.ts'), folder),
  ]);
  for (const file of ['index.html', 'page.css', 'fonts/inter-latin.woff2']) {
    cpSync(path.join(DEMO, 'page', file), path.join(folder, path.basename(file)));
  }
}

/**
 * Bundles the application that is started beside the demo, with roamkit and without: main process and page.
 *
 * @param {string} folder
 */
export async function bundleBeside(folder) {
  await Promise.all([
    bundleMain(path.join(DEMO, 'beside', 'main.ts'), folder),
    bundlePage('beside', path.join(DEMO, 'beside', 'page.ts'), folder),
  ]);
  for (const file of [
    'beside/beside.html',
    'beside/beside.css',
    'page/page.css',
    'page/fonts/inter-latin.woff2',
  ]) {
    cpSync(path.join(DEMO, file), path.join(folder, path.basename(file)));
  }
}

/**
 * Bundles what starts the application and plays the story: `driver.mjs`.
 *
 * @param {string} folder
 */
export async function bundleDemoDriver(folder) {
  await build({
    ...COMMON,
    entryPoints: [path.join(DEMO, 'driver', 'index.ts')],
    outfile: path.join(folder, 'driver.mjs'),
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    packages: 'external',
  });
  // The lab looks for its servers beside itself, and it is part of the driver now.
  cpSync(path.join(root, 'test', 'lab', 'servers'), path.join(folder, 'servers'), { recursive: true });
}
