import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// The holder touches its lock this often. It does so from the event loop, which the work may block for a second or
// two (hashing, rewriting a 180 MB binary), hence the wide margin before others call the lock abandoned. A process id
// would tell sooner, but means nothing across containers that share a cache.
const HEARTBEAT_MS = 2_000;
const ABANDONED_AFTER_MS = 20_000;
const RETRY_MS = 250;

/**
 * Runs an action while holding a lock file, waiting for its holder first.
 *
 * It saves two processes from doing the same long work. It is not airtight (a holder suspended for longer than
 * `abandonedAfterMs` loses its lock), so the action must stay correct when run twice at once.
 *
 * @template T
 * @param {string} lockPath
 * @param {() => Promise<T>} action
 * @param {{ onWait?: () => void, abandonedAfterMs?: number }} [options] `onWait` is called once if another process
 *   holds the lock
 * @returns {Promise<T>}
 */
export async function withFileLock(lockPath, action, { onWait, abandonedAfterMs = ABANDONED_AFTER_MS } = {}) {
  await mkdir(dirname(lockPath), { recursive: true });
  let hasWaited = false;
  while (!(await tryLock(lockPath))) {
    if (await isAbandoned(lockPath, abandonedAfterMs)) {
      await rm(lockPath, { force: true });
      continue;
    }
    if (!hasWaited) onWait?.();
    hasWaited = true;
    await delay(RETRY_MS);
  }
  const heartbeat = setInterval(() => touch(lockPath), HEARTBEAT_MS);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    await rm(lockPath, { force: true });
  }
}

/** @param {string} lockPath */
async function tryLock(lockPath) {
  try {
    const file = await open(lockPath, 'wx');
    await file.close();
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} lockPath
 * @param {number} abandonedAfterMs
 */
async function isAbandoned(lockPath, abandonedAfterMs) {
  try {
    const { mtimeMs } = await stat(lockPath);
    return Date.now() - mtimeMs > abandonedAfterMs;
  } catch {
    // Released between our attempt and this look: the next attempt decides.
    return false;
  }
}

/** @param {string} lockPath */
async function touch(lockPath) {
  const now = new Date();
  // Losing the lock file does no harm (see withFileLock), so neither does failing to touch it.
  await utimes(lockPath, now, now).catch(() => {});
}
