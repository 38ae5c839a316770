// `npm run check`: format and lint, types, unused files and exports, the direction of imports, and the addon with
// warnings as errors. `--fix` formats. Runs everything, then says what failed.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { buildNative } from './build-native.mjs';
import { ensureDependencies, root, runTool } from './lib.mjs';

ensureDependencies();
const isFixing = process.argv.includes('--fix');

function nativeSources() {
  return ['native', 'test'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .map((file) => path.join(folder, String(file)))
      .filter((file) => /\.(cc|h)$/.test(file)),
  );
}

const FOLDERS_WITH_ARROWS = ['core', 'main', 'ipc', 'preload', 'renderer', 'testing', 'demo'];

/** @type {readonly (readonly [name: string, check: () => boolean])[]} */
const checks = [
  [
    'format and lint',
    () => runTool('biome', ['check', ...(isFixing ? ['--write'] : []), '--error-on-warnings', '.']),
  ],
  [
    'C++ format',
    () => runTool('clang-format', [...(isFixing ? ['-i'] : ['--dry-run', '--Werror']), ...nativeSources()]),
  ],
  ['types', () => runTool('tsc', ['-p', '.'])],
  ['unused files, exports and dependencies', () => runTool('knip', ['--no-progress'])],
  ['direction of imports', () => runTool('depcruise', ['--output-type', 'err', ...FOLDERS_WITH_ARROWS])],
  ['C++ warnings', () => buildNative({ isStrict: true })],
];

const failed = checks.filter(([name, check]) => {
  console.log(`- ${name}`);
  return !check();
});
for (const [name] of failed) console.error(`check failed: ${name}`);
if (failed.length === 0) console.log('all checks passed');
process.exitCode = failed.length === 0 ? 0 : 1;
