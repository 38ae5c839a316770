// Builds the addon with node-gyp. `--werror`: with warnings as errors, as the project's own checks do.
import path from 'node:path';
import { localHeaders } from './install-native.mjs';
import { root, runTool } from './lib.mjs';

/**
 * @param {{ isStrict?: boolean }} [options]
 * @returns {boolean} whether it succeeded
 */
export function buildNative({ isStrict = false } = {}) {
  const strictness = `-Droamkit_werror=${isStrict ? 1 : 0}`;
  return (
    runTool('node-gyp', ['configure', '--loglevel=error', ...localHeaders(), '--', strictness]) &&
    runTool('node-gyp', ['build', '--jobs=max', '--loglevel=error'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  );
}

if (process.argv[1] === path.join(root, 'scripts', 'build-native.mjs')) {
  process.exitCode = buildNative({ isStrict: process.argv.includes('--werror') }) ? 0 : 1;
}
