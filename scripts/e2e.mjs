// `npm run test:e2e [-- PLAYWRIGHT ARGS]`: real Electron in a network namespace of its own, driven by Playwright.
// Playwright talks to Electron over loopback, so both live in that namespace.
import path from 'node:path';
import { ensureElectron } from './electron-runtime.mjs';
import { ensureDependencies, root, run } from './lib.mjs';
import { sandboxedElectron } from './sandboxed-electron.mjs';
import { ensureCommands, ensureElectronLibraries } from './system-packages.mjs';
import { openDisplay } from './virtual-display.mjs';

/**
 * @param {readonly string[]} args Playwright's
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<boolean>} whether all tests passed
 */
export async function runEndToEnd(args = [], env = {}) {
  const { executable } = await ensureElectron();
  await ensureElectronLibraries(executable);
  await ensureCommands(['ip', 'openssl', 'unshare', 'Xvfb']);
  const electron = sandboxedElectron(executable);
  const display = await openDisplay();
  try {
    return run(
      process.execPath,
      [
        path.join(root, 'test', 'lab', 'enter.mjs'),
        '--own-net',
        process.execPath,
        path.join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
        'test',
        '--config',
        'test/e2e/playwright.config.ts',
        ...args,
      ],
      { env: { ...process.env, ...display.env, ...env, ROAMKIT_ELECTRON_EXECUTABLE: electron.executable } },
    );
  } finally {
    display.stop();
    electron.remove();
  }
}

if (process.argv[1] === path.join(root, 'scripts', 'e2e.mjs')) {
  ensureDependencies();
  process.exitCode = (await runEndToEnd(process.argv.slice(2))) ? 0 : 1;
}
