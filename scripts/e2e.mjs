// `npm run test:e2e [-- PLAYWRIGHT ARGS]`: real Electron in a network namespace of its own, driven by Playwright.
// Playwright talks to Electron over loopback, so both live in that namespace.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureElectron } from './electron-runtime.mjs';
import { installExampleApps } from './example-apps.mjs';
import { ensureDependencies, root, run } from './lib.mjs';
import { packRoamkit } from './pack-roamkit.mjs';
import { packageDemo } from './package-demo.mjs';
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
 * The tests that Playwright would run, given these arguments, as text: what some of them need takes a minute to prepare.
 * @param {readonly string[]} args
 */
function selectedTests(args) {
  const [node, ...playwright] = PLAYWRIGHT;
  const list = [...playwright, ...args, '--list', '--reporter=list'];
  return spawnSync(node, list, { cwd: root, encoding: 'utf8' }).stdout;
}

/**
 * The applications that are tested as they are handed out, with roamkit from the packed tarball.
 * @param {string} folder for them
 * @param {string} tests
 * @param {import('./electron-runtime.mjs').ElectronRuntime} electron
 * @returns {Promise<NodeJS.ProcessEnv>} tells the tests where they are
 */
async function prepareApplications(folder, tests, electron) {
  const hasExamples = /\bexamples\.test\.ts/.test(tests);
  const hasDemo = /\bdemo(-chat)?\.test\.ts/.test(tests);
  if (hasExamples || hasDemo) packRoamkit(folder);
  if (hasExamples) installExampleApps(folder);
  return {
    ROAMKIT_EXAMPLE_APPS: folder,
    ROAMKIT_PACKAGED_DEMO: hasDemo ? await packageDemo(folder, electron) : undefined,
  };
}

/**
 * @param {readonly string[]} args Playwright's
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [version] of Electron, one of the pinned
 * @returns {Promise<boolean>} whether all tests passed
 */
export async function runEndToEnd(args = [], env = {}, version = undefined) {
  const runtime = await ensureElectron({ version });
  await ensureElectronLibraries(runtime.executable);
  await ensureCommands(['ip', 'openssl', 'unshare', 'Xvfb']);
  const folder = mkdtempSync(path.join(tmpdir(), 'roamkit-applications-'));
  const electron = sandboxedElectron(runtime.executable);
  const display = await openDisplay();
  try {
    const applications = await prepareApplications(folder, selectedTests(args), runtime);
    return run(
      process.execPath,
      [path.join(root, 'test', 'lab', 'enter.mjs'), '--own-net', ...PLAYWRIGHT, ...args],
      {
        env: {
          ...process.env,
          ...display.env,
          ...env,
          ROAMKIT_ELECTRON_EXECUTABLE: electron.executable,
          ROAMKIT_ELECTRON_DIST: runtime.distFolder,
          ...applications,
        },
      },
    );
  } finally {
    display.stop();
    electron.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === path.join(root, 'scripts', 'e2e.mjs')) {
  ensureDependencies();
  process.exitCode = (await runEndToEnd(process.argv.slice(2))) ? 0 : 1;
}
