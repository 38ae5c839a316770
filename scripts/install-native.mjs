// Runs on `npm install`: builds the addon unless one that fits is there (prebuilt, or built before). It never fails
// the installation: without the addon roamkit starts with its portable backend, and `capabilities` says so.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/**
 * Node's own headers, where they lie beside the running Node: spares node-gyp a download. Node-API is the same in all
 * versions, so any will do.
 * @returns {string[]} arguments for node-gyp
 */
export function localHeaders() {
  const prefix = path.dirname(path.dirname(process.execPath));
  return existsSync(path.join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

function isAddonThere() {
  try {
    require('node-gyp-build')(root);
    return true;
  } catch {
    return false;
  }
}

function build() {
  // npm puts its own node-gyp on the path of install scripts; `npm_config_node_gyp` is where it lies.
  const bundled = process.env['npm_config_node_gyp'];
  const [command, args] = bundled ? [process.execPath, [bundled]] : ['node-gyp', []];
  const result = spawnSync(command, [...args, 'rebuild', '--loglevel=error', ...localHeaders()], {
    cwd: root,
    encoding: 'utf8',
  });
  return {
    isBuilt: result.status === 0,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`,
  };
}

const isMain = process.argv[1] === fileURLToPath(import.meta.url);
if (isMain && process.platform === 'linux' && !isAddonThere()) {
  const { isBuilt, output } = build();
  if (!isBuilt) {
    console.error(output.trim());
    console.error(
      'roamkit: the native addon could not be built (it needs Python 3, make and a C++20 compiler); ' +
        'the portable backend will be used. `npm rebuild roamkit` tries again.',
    );
  }
}
