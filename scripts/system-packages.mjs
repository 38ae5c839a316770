import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lastLines, runCommand } from './electron/run-command.mjs';
import { SetupError } from './electron/setup-error.mjs';

/**
 * Names of one package over the distributions' releases, the newest first: Debian 13 and Ubuntu 24.04 renamed
 * libraries whose time_t grew.
 *
 * @typedef {readonly [string, ...string[]]} PackageNames
 */

/** @type {Readonly<Record<string, readonly PackageNames[]>>} */
const PACKAGES_OF_COMMAND = {
  ip: [['iproute2']],
  tc: [['iproute2']],
  'g++': [['g++']],
  make: [['make']],
  openssl: [['openssl']],
  python3: [['python3']],
  unshare: [['util-linux']],
  Xvfb: [['xvfb']],
  'xvfb-run': [['xvfb'], ['xauth']],
  xauth: [['xauth']],
};

/**
 * GTK brings most of what Electron links with; the font is for pages, whose text would else be empty boxes.
 *
 * @type {readonly PackageNames[]}
 */
const ELECTRON_PACKAGES = [
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
  ['libxss1'],
  ['fonts-dejavu-core'],
];

/** Another apt, say an unattended upgrade, may hold the locks for this long. */
const APT_LOCK_TIMEOUT_S = 300;

const APT_ENV = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

/**
 * Sees to it that commands are there, installing their Debian packages when we are root and apt-get exists.
 *
 * Known are `ip`, `tc`, `g++`, `make`, `openssl`, `python3`, `unshare`, `Xvfb`, `xvfb-run` and `xauth`.
 *
 * @param {readonly string[]} commands
 * @throws {SetupError} when one is missing and cannot be installed from here; says what to install
 */
export async function ensureCommands(commands) {
  const missing = missingCommands(commands);
  if (missing.length === 0) return;
  const what = `Missing commands: ${missing.join(', ')}.`;
  await installPackages(what, missing.flatMap(packagesOf));
  const still = missingCommands(missing);
  if (still.length > 0)
    throw new SetupError(`Installed, yet not found: ${still.join(', ')}.`, 'Look at PATH.');
}

/**
 * Sees to it that an Electron executable finds its shared libraries, and has Xvfb to show its windows on where there
 * is no display. Installs them when we are root and apt-get exists. Does nothing outside Linux.
 *
 * @param {string} executable
 * @throws {SetupError} when something is missing and cannot be installed from here; says what to install
 */
export async function ensureElectronLibraries(executable) {
  if (process.platform !== 'linux') return;
  const { libraries, commands } = await missingForElectron(executable);
  if (libraries.length + commands.length === 0) return;

  const packages = [...(libraries.length > 0 ? ELECTRON_PACKAGES : []), ...commands.flatMap(packagesOf)];
  await installPackages(`Missing for Electron: ${[...libraries, ...commands].join(', ')}.`, packages);
  const still = Object.values(await missingForElectron(executable)).flat();
  if (still.length === 0) return;
  throw new SetupError(
    `Installed packages, and ${executable} still lacks ${still.join(', ')}.`,
    'Install the packages that hold them, and look at PATH.',
  );
}

/**
 * @param {string} executable
 * @returns {Promise<{ libraries: string[], commands: string[] }>}
 */
async function missingForElectron(executable) {
  const hasDisplay = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  return {
    libraries: await missingLibraries(executable),
    commands: hasDisplay ? [] : missingCommands(['Xvfb', 'xvfb-run', 'xauth']),
  };
}

/**
 * @param {readonly string[]} commands
 * @param {string} [searchPath]
 * @returns {string[]}
 */
export function missingCommands(commands, searchPath = process.env.PATH ?? '') {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  return commands.filter((command) => !folders.some((folder) => isExecutable(join(folder, command))));
}

/**
 * The shared libraries that an executable is linked with and that are not installed.
 *
 * @param {string} executable
 * @returns {Promise<string[]>}
 */
async function missingLibraries(executable) {
  const { ok, output } = await runCommand('ldd', [executable], { env: { ...process.env, LC_ALL: 'C' } });
  const missing = parseMissingLibraries(output);
  // So says ldd of a script that starts the real executable in its own way; what that needs shows when it runs.
  const isWrapper = output.includes('not a dynamic executable');
  if (ok || isWrapper || missing.length > 0) return missing;
  throw new SetupError(
    `The libraries of ${executable} cannot be told:\n${lastLines(output)}`,
    'Electron needs a Linux with the GNU C library.',
  );
}

/**
 * @param {string} lddOutput
 * @returns {string[]}
 */
export function parseMissingLibraries(lddOutput) {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found$/gm)].map(([, library = '']) => library);
}

/**
 * Of each package's names the one that apt can install, by what `apt-cache policy` says of them all.
 *
 * @param {readonly PackageNames[]} packages
 * @param {string} policy
 * @returns {{ names: string[], unknown: string[] }} `unknown` are those of which no name can be installed
 */
export function chooseNames(packages, policy) {
  const candidates = new Map(
    [...policy.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (.*)$/gm)].map(([, name, candidate]) => [
      name,
      candidate,
    ]),
  );
  const isInstallable = (/** @type {string} */ name) => (candidates.get(name) ?? '(none)') !== '(none)';
  const chosen = packages.map((names) => names.find(isInstallable));
  return {
    names: [...new Set(chosen.flatMap((name) => name ?? []))],
    unknown: packages
      .filter((_, index) => chosen[index] === undefined)
      .map((names) => names[names.length - 1]),
  };
}

/**
 * @param {string} what is missing, for messages
 * @param {readonly PackageNames[]} packages
 */
async function installPackages(what, packages) {
  if (missingCommands(['apt-get', 'apt-cache']).length > 0) {
    const names = new Set(packages.map((each) => each[each.length - 1]));
    throw new SetupError(what, `Install what Debian calls ${[...names].join(' ')}.`);
  }
  if (process.getuid?.() !== 0)
    throw new SetupError(what, `Run: ${sudoCommand(await chooseKnown(packages))}`);

  console.error(`${what} Installing them with apt-get.`);
  let names = await chooseKnown(packages);
  let isUpdated = false;
  if (names.unknown.length > 0) {
    await updatePackageLists();
    isUpdated = true;
    names = await chooseKnown(packages);
  }
  let result = await aptInstall(names);
  if (!result.ok && !isUpdated) {
    // Lists that are some weeks old name files that the mirrors have replaced.
    await updatePackageLists();
    result = await aptInstall(await chooseKnown(packages));
  }
  if (!result.ok) {
    throw new SetupError(`apt-get failed:\n${lastLines(result.output)}`, `Run: ${sudoCommand(names)}`);
  }
}

/** @param {readonly PackageNames[]} packages */
async function chooseKnown(packages) {
  const { stdout } = await runCommand('apt-cache', ['policy', ...packages.flat()], { env: APT_ENV });
  return chooseNames(packages, stdout);
}

/** @param {{ names: string[], unknown: string[] }} packages */
function aptInstall({ names, unknown }) {
  const options = ['-y', '--no-install-recommends', '-o', `DPkg::Lock::Timeout=${APT_LOCK_TIMEOUT_S}`];
  return runCommand('apt-get', ['install', ...options, ...names, ...unknown], { env: APT_ENV });
}

/** Failures are left for the installation to report: it may well work with the lists that are there. */
async function updatePackageLists() {
  const deadlineMs = Date.now() + APT_LOCK_TIMEOUT_S * 1000;
  for (;;) {
    const { ok, output } = await runCommand('apt-get', ['update'], { env: APT_ENV });
    // apt's own lock timeout does not cover the lock on the lists.
    const isLocked = !ok && output.includes('Could not get lock');
    if (!isLocked || Date.now() > deadlineMs) return;
    await delay(1_000);
  }
}

/** @param {{ names: string[], unknown: string[] }} packages */
function sudoCommand({ names, unknown }) {
  return `sudo apt-get install -y --no-install-recommends ${[...names, ...unknown].join(' ')}`;
}

/** @param {string} command */
function packagesOf(command) {
  const packages = PACKAGES_OF_COMMAND[command];
  if (!packages) throw new Error(`No package is known for the command ${command}`);
  return packages;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
