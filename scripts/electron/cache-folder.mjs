import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The folder for what is fetched once and never committed, made if needed: `ROAMKIT_CACHE`, else the user's cache
 * (all clones share one download), else `.cache` in the repository.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function cacheFolder(env = process.env) {
  if (env.ROAMKIT_CACHE) {
    const chosen = resolve(env.ROAMKIT_CACHE);
    mkdirSync(chosen, { recursive: true });
    return chosen;
  }
  const shared = join(userCacheHome(env), 'roamkit');
  return isWritableFolder(shared) ? shared : join(REPOSITORY_ROOT, '.cache');
}

/** @param {NodeJS.ProcessEnv} env */
function userCacheHome(env) {
  // The XDG base directory specification says that a relative path is invalid and to be ignored.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  return join(env.HOME || homedir(), '.cache');
}

/** @param {string} folder */
function isWritableFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
