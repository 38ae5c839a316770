// What the development scripts share.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = path.resolve(fileURLToPath(new URL('..', import.meta.url)));

/**
 * Runs a command in the root with its output shown.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {boolean} whether it succeeded
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) throw result.error;
  return result.status === 0;
}

/**
 * Runs one of the project's own development tools (a bin of a dependency).
 * @param {string} name
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function runTool(name, args, options) {
  return run(path.join(root, 'node_modules', '.bin', name), args, options);
}

/**
 * Runs npm, which says nothing unless it fails.
 * @param {readonly string[]} args
 * @param {string} [cwd]
 * @throws {Error} where it fails
 */
export function npm(args, cwd = root) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (!run('npm', [...args, ...quiet], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })) {
    throw new Error(`npm ${args[0]} failed in ${cwd}`);
  }
}

/** Installs the dependencies where a script is run before anybody did. */
export function ensureDependencies() {
  if (existsSync(path.join(root, 'node_modules', 'esbuild'))) return;
  if (!run('npm', ['ci', '--no-audit', '--no-fund'])) process.exit(1);
}
