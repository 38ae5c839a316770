import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';

/** A program and its arguments. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

// Any number but 0 will do: Chromium refuses its sandbox to root alone.
const AS_USER = ['--user', '--map-user=1000', '--map-group=1000'];

/**
 * Electron with its sandbox on. As root it runs in a user namespace in which it is not root; where the system allows no
 * user namespaces, without the sandbox, and `warn` hears of it.
 */
export function sandboxed(
  electron: string,
  args: readonly string[],
  warn: (message: string) => void,
): Command {
  const plain = { command: electron, args };
  if (process.platform !== 'linux') return plain;
  if (process.getuid?.() === 0) {
    if (works(AS_USER)) return { command: 'unshare', args: [...AS_USER, '--', electron, ...args] };
  } else if (works(['--user']) || hasSetuidHelper(electron)) {
    return plain;
  }
  warn('This system allows no user namespaces: Electron runs without its sandbox.');
  return { command: electron, args: ['--no-sandbox', ...args] };
}

function works(unshareOptions: readonly string[]): boolean {
  return spawnSync('unshare', [...unshareOptions, '--', 'true']).status === 0;
}

function hasSetuidHelper(electron: string): boolean {
  const stats = statSync(path.join(path.dirname(electron), 'chrome-sandbox'), { throwIfNoEntry: false });
  return stats !== undefined && stats.uid === 0 && (stats.mode & 0o4000) !== 0;
}
