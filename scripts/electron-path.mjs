// Prints the path of an Electron that runs here, preparing it if needed: `npm run -s electron:path`.
// Only that one line goes to stdout, so that a shell can use it: "$(npm run -s electron:path)" .
import { parseArgs } from 'node:util';
import { reportFailure, SetupError } from './electron/setup-error.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { ensureElectronLibraries } from './system-packages.mjs';

const USAGE = 'Usage: node scripts/electron-path.mjs [--runtime 33|27|25]';

try {
  const { executable } = await ensureElectron({ version: readRuntimeOption() });
  await ensureElectronLibraries(executable);
  console.log(executable);
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}

/** @returns {string | undefined} */
function readRuntimeOption() {
  try {
    return parseArgs({ options: { runtime: { type: 'string' } } }).values.runtime;
  } catch (error) {
    throw new SetupError(error.message, USAGE);
  }
}
