// The part of Electron that `electron .` runs first: it turns a folder with a package.json into the running app.
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { app } = require('electron');
const { parseArguments } = require('./arguments.cjs');

/**
 * Starts the application named on the command line.
 *
 * @param {(entry: string) => unknown} load runs the application's main file
 */
exports.startApplication = async function startApplication(load) {
  const { appPath, preloads, isVersionAsked } = parseArguments(process.argv.slice(1));
  if (isVersionAsked) {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  }
  if (appPath === undefined) {
    console.error('Usage: electron [options] <folder with a package.json, or script> [arguments]');
    process.exit(1);
  }
  if (preloads.length > 0) Module._preloadModules(preloads);
  try {
    await load(adoptIdentity(path.resolve(appPath)));
  } catch (error) {
    console.error(`${appPath} threw an error while it was loaded:`);
    console.error(error);
    // Electron would show a dialog, on which an unattended run waits for ever.
    process.exit(1);
  }
};

/**
 * Makes `app` speak for the application instead of this default app.
 *
 * @param {string} appPath
 * @returns {string} the application's main file
 */
function adoptIdentity(appPath) {
  // Apps tell a development run by this flag, as with the official default app.
  Object.defineProperty(process, 'defaultApp', { enumerable: true, value: true });
  const entry = Module._resolveFilename(appPath, null, true);
  const manifestPath = path.join(appPath, 'package.json');
  if (!existsSync(manifestPath)) {
    app.setAppPath(path.dirname(entry));
    return entry;
  }
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  if (manifest.version) app.setVersion(manifest.version);
  app.name = manifest.productName ?? manifest.name ?? app.name;
  app.setDesktopName(manifest.desktopName ?? `${app.name}.desktop`);
  app.setAppPath(appPath);
  return entry;
}
