import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readDistribution } from './distribution.mjs';
import { withFileLock } from './file-lock.mjs';
import { lastLines, runCommand } from './run-command.mjs';

// Where the release site is blocked, a connection mostly fails at once, or after the ten seconds that fetch gives it.
// The whole time is for a network that accepts and then stalls; a slow one gets through 110 MB at 0.6 MB/s in it.
const DOWNLOAD_TIMEOUT_MS = 180_000;

// A network that blocks the site today does so all day; asking it once a day notices when that changes.
const FAILURE_HOLDS_MS = 24 * 60 * 60 * 1000;

/**
 * The binary of the installed `electron` package, downloaded by that package's own installer if it is not there yet.
 * A failed download is remembered for a day in the cache, so that the next call answers at once.
 *
 * @param {{ cache: string, progress: import('./progress.mjs').Progress }} options
 * @returns {Promise<import('./distribution.mjs').ElectronRuntime | undefined>}
 */
export async function ensureOfficialBuild({ cache, progress }) {
  const electronPackage = findElectronPackage();
  if (!electronPackage) return undefined;
  const installed = () => installedBuild(electronPackage);
  if (installed()) return installed();

  const failureNote = join(cache, 'electron', `official-${electronPackage.version}.failed`);
  if (await isFresh(failureNote, FAILURE_HOLDS_MS)) return undefined;
  await withFileLock(`${failureNote}.lock`, async () => {
    if (installed() || (await isFresh(failureNote, FAILURE_HOLDS_MS))) return;
    progress.step(`Downloading Electron ${electronPackage.version}`);
    const failure = await progress.countingSeconds(() => download(electronPackage));
    if (failure === undefined) await rm(failureNote, { force: true });
    else await remember(failureNote, failure);
  });
  return installed();
}

/**
 * @typedef {object} ElectronPackage
 * @property {string} folder
 * @property {string} version
 */

/** @returns {ElectronPackage | undefined} */
function findElectronPackage() {
  try {
    const manifestPath = createRequire(import.meta.url).resolve('electron/package.json');
    const { version } = JSON.parse(readFileSync(manifestPath, 'utf8'));
    return { folder: dirname(manifestPath), version };
  } catch {
    return undefined;
  }
}

/** @param {ElectronPackage} electronPackage */
function installedBuild({ folder, version }) {
  // The installer writes path.txt last: without it, `dist` is the remainder of an interrupted run.
  if (!existsSync(join(folder, 'path.txt'))) return undefined;
  const runtime = readDistribution(join(folder, 'dist'), 'official');
  return runtime?.version === version ? runtime : undefined;
}

/**
 * @param {ElectronPackage} electronPackage
 * @returns {Promise<string | undefined>} why it failed
 */
async function download({ folder }) {
  const env = { ...process.env, ELECTRON_GET_NO_PROGRESS: '1' };
  const result = await runCommand(process.execPath, [join(folder, 'install.js')], {
    env,
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  return result.ok ? undefined : lastLines(result.output);
}

/**
 * @param {string} failureNote
 * @param {string} failure
 */
async function remember(failureNote, failure) {
  await mkdir(dirname(failureNote), { recursive: true });
  await writeFile(failureNote, `${failure}\n`);
}

/**
 * @param {string} path
 * @param {number} lifetimeMs
 */
async function isFresh(path, lifetimeMs) {
  try {
    const { mtimeMs } = await stat(path);
    return Date.now() - mtimeMs < lifetimeMs;
  } catch {
    return false;
  }
}
