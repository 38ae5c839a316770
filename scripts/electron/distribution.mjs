import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * An unpacked Electron that can be run.
 *
 * @typedef {object} ElectronRuntime
 * @property {string} executable
 * @property {string} distFolder what `ELECTRON_OVERRIDE_DIST_PATH` and electron-builder's `electronDist` want
 * @property {string | undefined} version as its `version` file tells, without a leading v
 * @property {'override' | 'official' | 'pinned'} source
 */

/**
 * Where an Electron distribution keeps its executable.
 *
 * @param {NodeJS.Platform} [platform]
 */
export function executableName(platform = process.platform) {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/**
 * Looks whether a folder holds a distribution that can be run.
 *
 * @param {string} distFolder
 * @param {ElectronRuntime['source']} source
 * @returns {ElectronRuntime | undefined}
 */
export function readDistribution(distFolder, source) {
  const executable = join(distFolder, executableName());
  if (!isExecutableFile(executable)) return undefined;
  return { executable, distFolder, version: readVersion(distFolder), source };
}

/** @param {string} path */
function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {string} distFolder */
function readVersion(distFolder) {
  try {
    return readFileSync(join(distFolder, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return undefined;
  }
}
