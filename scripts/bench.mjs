// `npm run bench [-- NAME...]`: builds and runs the benchmarks of bench/, all or those named.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ensureDependencies, root, run } from './lib.mjs';

ensureDependencies();
const { ensureCommands } = await import('./system-packages.mjs');

// `summary.ts` is what the benchmarks share.
const available = readdirSync(path.join(root, 'bench'))
  .filter((file) => file.endsWith('.ts') && file !== 'summary.ts')
  .map((file) => file.slice(0, -'.ts'.length));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !available.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${available.join(', ')}`);
  process.exit(2);
}

await ensureCommands(['ip', 'g++', 'unshare']);
const isBuilt = existsSync(path.join(root, 'dist')) && existsSync(path.join(root, 'build', 'Release'));
if (!isBuilt && !run(process.execPath, ['scripts/build.mjs'])) process.exit(1);
const enter = path.join('test', 'lab', 'enter.mjs');
const results = (wanted.length > 0 ? wanted : available).map((name) =>
  run(process.execPath, [enter, '--own-net', process.execPath, '--import', 'tsx', `bench/${name}.ts`]),
);
process.exitCode = results.every(Boolean) ? 0 : 1;
