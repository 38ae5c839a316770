import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './lib.mjs';

const EXAMPLES = path.join(root, 'test', 'e2e', 'apps', 'examples');

/**
 * Installs the example applications, as their users would: roamkit from the packed tarball, the tools from the npm registry. That is
 * done here since the tests themselves have a network of their own.
 *
 * @param {string} folder has `roamkit.tgz`, and gets a folder for each of them
 * @throws {Error} where npm fails
 */
export function installExampleApps(folder) {
  for (const entry of readdirSync(EXAMPLES, { withFileTypes: true })) {
    if (entry.isDirectory()) install(entry.name, path.join(folder, entry.name));
  }
}

function install(name, folder) {
  cpSync(path.join(EXAMPLES, name), folder, { recursive: true });
  // No scripts: Electron would be downloaded, and the prebuilt addon needs none.
  npm(['ci', '--ignore-scripts', '--prefer-offline'], folder);
}
