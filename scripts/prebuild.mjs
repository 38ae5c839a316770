// The addon for those who have no compiler: prebuilds/PLATFORM-ARCH/node.napi.node, one binary for all versions of Node and
// Electron (Node-API 8). `npm pack` runs it (scripts/prepack.mjs). Nothing is built where what is there is newer than its
// sources.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import prebuildify from 'prebuildify';
import { isFresh } from './fresh.mjs';
import { localHeaders } from './install-native.mjs';
import { root } from './lib.mjs';
import { neededVersions, tooNew } from './symbol-versions.mjs';

/** Node 20's own needs: who runs an application has those. GLIBCXX, CXXABI and GCC are those of GCC 8. */
const NEWEST_VERSIONS = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '8.0.0' };

const SOURCES = ['native', 'binding.gyp'];

/**
 * @returns {Promise<string>} the addon's path
 * @throws {Error} where it cannot be built, or would not load on every system that Node 20 runs on
 */
export async function prebuild() {
  const folder = path.join('prebuilds', `${process.platform}-${process.arch}`);
  if (!isFresh(addonsIn(folder), SOURCES)) await build(folder);
  const [addon] = addonsIn(folder);
  if (addon === undefined) throw new Error(`prebuildify left no addon in ${folder}`);
  const file = path.join(root, addon);
  const refused = tooNew(neededVersions(file), NEWEST_VERSIONS);
  if (refused.length > 0) throw new Error(`the prebuilt addon needs ${refused.join(', ')}`);
  return file;
}

function addonsIn(folder) {
  const full = path.join(root, folder);
  return existsSync(full) ? readdirSync(full).map((file) => path.join(folder, file)) : [];
}

// prebuildify deletes build/ first, where development has its own addon: it gets a folder of its own.
async function build(folder) {
  const staging = path.join(root, 'build', 'prebuild');
  for (const stale of [staging, path.join(root, folder)]) rmSync(stale, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  for (const source of [...SOURCES, 'package.json']) {
    cpSync(path.join(root, source), path.join(staging, source), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(staging, 'node_modules'));
  useLocalHeaders();
  await promisify(prebuildify)({
    cwd: staging,
    out: root,
    // With the architecture's version, if it has one: the very names that @electron/rebuild looks for.
    name: 'node.napi',
    tagArmv: true,
    napi: true,
    strip: true,
    targets: [process.versions.node],
    nodeGyp: path.join(root, 'node_modules', '.bin', 'node-gyp'),
  });
  rmSync(staging, { recursive: true, force: true });
}

// prebuildify hands its environment to node-gyp, and no arguments.
function useLocalHeaders() {
  process.env['JOBS'] = 'max';
  const [argument] = localHeaders();
  if (argument !== undefined) process.env['npm_config_nodedir'] = argument.replace('--nodedir=', '');
}

if (process.argv[1] === path.join(root, 'scripts', 'prebuild.mjs')) console.log(await prebuild());
