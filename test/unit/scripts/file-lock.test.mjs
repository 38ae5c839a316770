import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withFileLock } from '../../../scripts/electron/file-lock.mjs';

let folder = '';
let lock = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roamkit-lock-'));
  lock = join(folder, 'below', 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('withFileLock', () => {
  it('lets one action run at a time and tells the other that it waits', async () => {
    const events = [];
    const { promise: isReleased, resolve: release } = deferred();
    const first = withFileLock(lock, async () => {
      events.push('first begins');
      await isReleased;
      events.push('first ends');
    });
    await vi.waitUntil(() => events.length === 1);
    const second = withFileLock(lock, async () => events.push('second'), {
      onWait: () => {
        events.push('second waits');
        release();
      },
    });
    await Promise.all([first, second]);
    expect(events).toEqual(['first begins', 'second waits', 'first ends', 'second']);
  });

  it('returns what the action returns and leaves nothing behind', async () => {
    await expect(withFileLock(lock, async () => 42)).resolves.toBe(42);
    expect(existsSync(lock)).toBe(false);
  });

  it('is released when the action fails', async () => {
    const failing = withFileLock(lock, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });

  it('takes over a lock that nobody has touched for long', async () => {
    await withFileLock(lock, async () => {});
    writeFileSync(lock, '');
    const aMinuteAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, aMinuteAgo, aMinuteAgo);
    const onWait = vi.fn();
    await withFileLock(lock, async () => {}, { onWait, abandonedAfterMs: 30_000 });
    expect(onWait).not.toHaveBeenCalled();
  });
});

/** @returns {{ promise: Promise<void>, resolve: () => void }} */
function deferred() {
  let resolve = () => {};
  const promise = new Promise((fulfil) => {
    resolve = () => fulfil(undefined);
  });
  return { promise, resolve };
}
