// `npm run demo:package`: the demo as an application that is handed out. It needs no Node, no compiler and nothing else of
// this repository.
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureDependencies, npm, root, runTool } from './lib.mjs';

/**
 * Packages the demo with electron-builder, with roamkit from the packed tarball, as any application has it.
 *
 * @param {string} folder has `roamkit.tgz`, and gets `demo`
 * @param {{ distFolder: string, version: string | undefined }} electron what is packaged with it
 * @returns {Promise<string>} the folder with the application in it
 * @throws {Error} where npm or electron-builder fails
 */
export async function packageDemo(folder, { distFolder, version }) {
  const { bundleDemo } = await import('./bundle-demo.mjs');
  const project = path.join(folder, 'demo');
  rmSync(project, { recursive: true, force: true });
  cpSync(path.join(root, 'demo', 'packaging'), project, { recursive: true });
  await bundleDemo(project);
  // No scripts: the prebuilt addon needs none.
  npm(['install', '--ignore-scripts', '--prefer-offline'], project);
  const electron = [`-c.electronDist=${distFolder}`, `-c.electronVersion=${version}`];
  const args = ['--dir', '--publish', 'never', '--projectDir', project, ...electron];
  if (!runTool('electron-builder', args, { stdio: ['ignore', 'ignore', 'inherit'] })) {
    throw new Error('electron-builder failed');
  }
  return path.join(project, 'release');
}

if (process.argv[1] === path.join(root, 'scripts', 'package-demo.mjs')) {
  ensureDependencies();
  const { ensureElectron } = await import('./electron-runtime.mjs');
  const { reportFailure } = await import('./electron/setup-error.mjs');
  const { packRoamkit } = await import('./pack-roamkit.mjs');
  try {
    const folder = path.join(root, 'build', 'package');
    packRoamkit(folder);
    const packaged = await packageDemo(folder, await ensureElectron());
    console.log(`The demo is in ${path.relative(process.cwd(), packaged)}${path.sep}`);
  } catch (error) {
    reportFailure(error);
    process.exitCode = 1;
  }
}
