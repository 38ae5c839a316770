// `npm run build`: dist/esm and dist/cjs file by file with their types, the injectable preload as one file, and the
// addon. `--javascript` leaves the addon as it is.
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { buildNative } from './build-native.mjs';
import { root, runTool } from './lib.mjs';

const FOLDERS = ['core', 'main', 'ipc', 'preload', 'renderer', 'testing'];
// Electron 25, the oldest that is supported, runs Node 18.
const TARGET = 'node18';

/** All TypeScript sources that are published. */
function sources() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .map((file) => path.join(root, folder, String(file)))
      .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts')),
  );
}

// File by file, so that both builds share what they do not own (addon, dependencies) and a bundler can drop the rest.
async function buildFormat(format, outdir) {
  await build({
    entryPoints: sources(),
    outbase: root,
    outdir,
    format,
    target: TARGET,
    platform: 'node',
    sourcemap: true,
    sourcesContent: true,
    logLevel: 'warning',
  });
}

// A sandboxed preload may require 'electron' and nothing else: it has to be one file.
async function buildPreload(source, outfile) {
  const entry = path.join(root, 'preload', source);
  if (!existsSync(entry)) return;
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    format: 'cjs',
    target: TARGET,
    platform: 'browser',
    external: ['electron'],
    logLevel: 'warning',
  });
}

async function buildJavaScript() {
  const dist = path.join(root, 'dist');
  const [esm, cjs] = [path.join(dist, 'esm'), path.join(dist, 'cjs')];
  rmSync(dist, { recursive: true, force: true });
  await Promise.all([
    buildFormat('esm', esm),
    buildFormat('cjs', cjs),
    buildPreload('bundled.ts', path.join(dist, 'preload', 'roamkit-preload.cjs')),
    buildPreload('on-line.ts', path.join(dist, 'preload', 'roamkit-on-line.cjs')),
  ]);
  writeCommonJsPackage(cjs);
  const command = path.join(esm, 'main', 'cli', 'roamkit.js');
  if (existsSync(command)) chmodSync(command, 0o755);
  if (!runTool('tsc', ['-p', 'scripts/tsconfig.build.json', '--outDir', esm])) return false;
  copyTypes(esm, cjs);
  return true;
}

// A package.json in the way hides the root's `imports`, and its own may not point outside: two files pass them on.
function writeCommonJsPackage(folder) {
  const imports = { '#native': 'native/binding.cjs', '#preload-path': 'preload/path.cjs' };
  const passedOn = Object.entries(imports).map(([name, target]) => {
    const file = `./${name.slice(1)}.cjs`;
    writeFileSync(path.join(folder, file), `module.exports = require('../../${target}');\n`);
    return [name, file];
  });
  const contents = { type: 'commonjs', imports: Object.fromEntries(passedOn) };
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(contents, null, 2)}\n`);
}

// The declarations are the same for both; a copy beside each build gives them its module kind.
function copyTypes(from, to) {
  cpSync(from, to, {
    recursive: true,
    filter: (source) => !/\.[^/]+$/.test(source) || /\.d\.ts$/.test(source),
  });
}

const isBuilt = (await buildJavaScript()) && (process.argv.includes('--javascript') || buildNative());
process.exitCode = isBuilt ? 0 : 1;
