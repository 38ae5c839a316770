import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, run } from './lib.mjs';

const EXAMPLES = path.join(root, 'test', 'e2e', 'apps', 'examples');

/**
 * Installs the example applications in a temporary folder, as their users would: roamkit from the packed tarball, the
 * tools from the npm registry. That is done here since the tests themselves have a network of their own.
 *
 * @returns {{ folder: string, remove: () => void }} with a folder for each of them
 * @throws {Error} where npm fails
 */
export function installExampleApps() {
  const folder = mkdtempSync(path.join(tmpdir(), 'roamkit-examples-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    packInto(folder);
    for (const entry of readdirSync(EXAMPLES, { withFileTypes: true })) {
      if (entry.isDirectory()) install(entry.name, path.join(folder, entry.name));
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, remove };
}

function packInto(folder) {
  const scratch = path.join(folder, 'pack');
  mkdirSync(scratch);
  npm(['pack', '--pack-destination', scratch, '--loglevel=error'], root);
  const [tarball = ''] = readdirSync(scratch);
  renameSync(path.join(scratch, tarball), path.join(folder, 'roamkit.tgz'));
}

function install(name, folder) {
  cpSync(path.join(EXAMPLES, name), folder, { recursive: true });
  // No scripts: Electron would be downloaded, and the prebuilt addon needs none.
  npm(['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], folder);
}

function npm(args, cwd) {
  if (!run('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })) {
    throw new Error(`npm ${args[0]} failed in ${cwd}`);
  }
}
