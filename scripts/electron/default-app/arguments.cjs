/**
 * What the command line asks of the default app.
 *
 * @typedef {object} LaunchArguments
 * @property {string | undefined} appPath a folder with a package.json, or a script
 * @property {string[]} preloads modules to load before the application, Playwright's loader for one
 * @property {boolean} isVersionAsked
 */

/**
 * Reads the arguments the way Electron's own default app does: the first one that is no option is the application,
 * and all after it belong to the application.
 *
 * @param {readonly string[]} args without the executable
 * @returns {LaunchArguments}
 */
exports.parseArguments = function parseArguments(args) {
  const result = { appPath: undefined, preloads: [], isVersionAsked: false };
  const rest = [...args];
  while (rest.length > 0) {
    const arg = rest.shift();
    if (arg === '-r' || arg === '--require') result.preloads.push(rest.shift());
    else if (arg === '-v' || arg === '--version') result.isVersionAsked = true;
    else if (!arg.startsWith('-')) {
      result.appPath = arg;
      break;
    }
  }
  return result;
};
