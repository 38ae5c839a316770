// `npm run test:e2e [-- PLAYWRIGHT ARGS]`: real Electron in a network namespace of its own, driven by Playwright.
// Playwright talks to Electron over loopback, so both live in that namespace.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureElectron } from './electron-runtime.mjs';
import { installExampleApps } from './example-apps.mjs';
import { ensureDependencies, root, run } from './lib.mjs';
import { sandboxedElectron } from './sandboxed-electron.mjs';
import { ensureCommands, ensureElectronLibraries } from './system-packages.mjs';
import { openDisplay } from './virtual-display.mjs';

const PLAYWRIGHT = [
  process.execPath,
  path.join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
  'test',
  '--config',
  'test/e2e/playwright.config.ts',
];

/**
 * Whether Playwright would run a test file's tests, given these arguments: what it needs takes a minute to prepare.
 * @param {string} file
 * @param {readonly string[]} args
 */
function isSelected(file, args) {
  const [node, ...playwright] = PLAYWRIGHT;
  const list = [...playwright, ...args, '--list', '--reporter=list'];
  return spawnSync(node, list, { cwd: root, encoding: 'utf8' }).stdout.includes(file);
}

/**
 * @param {readonly string[]} args Playwright's
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<boolean>} whether all tests passed
 */
export async function runEndToEnd(args = [], env = {}) {
  const { executable, distFolder } = await ensureElectron();
  await ensureElectronLibraries(executable);
  await ensureCommands(['ip', 'openssl', 'unshare', 'Xvfb']);
  const examples = isSelected('examples.test.ts', args) ? installExampleApps() : null;
  const electron = sandboxedElectron(executable);
  const display = await openDisplay();
  try {
    return run(
      process.execPath,
      [path.join(root, 'test', 'lab', 'enter.mjs'), '--own-net', ...PLAYWRIGHT, ...args],
      {
        env: {
          ...process.env,
          ...display.env,
          ...env,
          ROAMKIT_ELECTRON_EXECUTABLE: electron.executable,
          ROAMKIT_ELECTRON_DIST: distFolder,
          ROAMKIT_EXAMPLE_APPS: examples?.folder,
        },
      },
    );
  } finally {
    display.stop();
    electron.remove();
    examples?.remove();
  }
}

if (process.argv[1] === path.join(root, 'scripts', 'e2e.mjs')) {
  ensureDependencies();
  process.exitCode = (await runEndToEnd(process.argv.slice(2))) ? 0 : 1;
}
