// `npm run demo`: the desktop demo. Prepares all it needs (build, Electron, system libraries), then starts it by
// demo/driver. Options: see USAGE.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isDistFresh, isFresh } from './fresh.mjs';
import { ensureDependencies, root, run } from './lib.mjs';
import { openDisplay } from './virtual-display.mjs';

const USAGE = `Usage: npm run demo -- [--lab [--beside]] [--connect HOST:PORT]... [--screenshots FOLDER]

  --lab                 in a network of its own, with a story: Wi-Fi to Ethernet, losses, and a hotel's portal
  --beside              in the lab, two more windows with a plain page: in Electron with roamkit, and in Electron alone
  --connect HOST:PORT   also hold a TCP connection to this server (more than once if you like)
  --screenshots FOLDER  save screenshots there, and end

Where there is no display it runs on a virtual one, and saves screenshots to screenshots/.`;

const OUT = path.join(root, 'build', 'demo');
const BESIDE = path.join(OUT, 'beside');

const options = readOptions();
if (options !== null) await main(options);

async function main({ isLab, isBeside, targets, screenshots }) {
  ensureDependencies();
  if (!buildWhatIsStale()) {
    process.exitCode = 1;
    return;
  }
  // After the dependencies are there: they need them.
  const { reportFailure } = await import('./electron/setup-error.mjs');
  try {
    const { bundleBeside, bundleDemo, bundleDemoDriver } = await import('./bundle-demo.mjs');
    rmSync(OUT, { recursive: true, force: true });
    await Promise.all([bundleDemo(OUT), bundleBeside(BESIDE), bundleDemoDriver(OUT)]);
    process.exitCode = await start({ isLab, isBeside, targets, screenshots });
  } catch (error) {
    reportFailure(error);
    process.exitCode = 1;
  }
}

/** Gives the exit code. */
async function start({ isLab, isBeside, targets, screenshots }) {
  const { ensureElectron } = await import('./electron-runtime.mjs');
  const { ensureCommands, ensureElectronLibraries } = await import('./system-packages.mjs');
  const { executable } = await ensureElectron();
  await ensureElectronLibraries(executable);
  if (isLab) await ensureCommands(['ip', 'unshare']);
  // Elsewhere than on Linux there is always a display.
  const display = process.platform === 'linux' ? await openDisplay() : null;
  const isHeadless = display?.isVirtual ?? false;
  if (isHeadless) console.log('There is no display: the demo runs on a virtual one.');
  try {
    const config = {
      isLab,
      isBeside,
      electron: executable,
      application: path.join(OUT, 'main.cjs'),
      beside: path.join(BESIDE, 'main.cjs'),
      targets,
      screenshots: screenshots ?? (isHeadless ? path.join(root, 'screenshots') : null),
      isHeadless,
    };
    return await drive(config, { ...process.env, ...display?.env });
  } finally {
    display?.stop();
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        lab: { type: 'boolean', default: false },
        beside: { type: 'boolean', default: false },
        connect: { type: 'string', multiple: true, default: [] },
        screenshots: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      return null;
    }
    const screenshots = values.screenshots === undefined ? null : path.resolve(values.screenshots);
    if (values.beside && !values.lab) throw new Error('--beside: only with --lab');
    return {
      isLab: values.lab,
      isBeside: values.beside,
      targets: values.connect.map(parseTarget),
      screenshots,
    };
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
    return null;
  }
}

/** `example.org:443`, `192.0.2.1:80`, `[2001:db8::1]:80`. */
function parseTarget(text) {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65535) throw new Error(`--connect ${text}: is not HOST:PORT`);
  return { host: match[1] ?? match[2], port };
}

/** Whether dist and the addon are there, and newer than all they are made from, at the end. */
function buildWhatIsStale() {
  const isAddonFresh =
    process.platform !== 'linux' || isFresh(['build/Release/roamkit.node'], ['native', 'binding.gyp']);
  if (isAddonFresh && isDistFresh()) return true;
  console.log('Building roamkit.');
  return run(process.execPath, ['scripts/build.mjs', ...(isAddonFresh ? ['--javascript'] : [])]);
}

/** Runs the driver to its end, and gives its exit code. */
function drive(config, env) {
  const driver = [process.execPath, path.join(OUT, 'driver.mjs'), JSON.stringify(config)];
  const enter = [process.execPath, path.join(root, 'test', 'lab', 'enter.mjs')];
  const [command, ...args] = config.isLab ? [...enter, ...driver] : driver;
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal's Ctrl-C has reached the driver already; a second one does it no harm.
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
