// Starts the demo application, and plays its story in the lab. Started by scripts/demo.mjs, which has prepared all that
// is needed; for the lab through test/lab/enter.mjs.
import path from 'node:path';
import { type TwoLinkLab, twoLinkLab } from '../../test/lab/index.js';
import { type DemoOptions, type LabScene, optionsArgument } from '../shared/options.js';
import { Application, ApplicationError } from './application.js';
import { Camera } from './camera.js';
import type { DriverConfig } from './config.js';
import { playStory, startLabServers } from './play-story.js';
import { sandboxed } from './sandbox.js';
import { makeScratchFolder } from './scratch-folder.js';
import { showHost } from './show-host.js';
import { prepareStory } from './story.js';
import { WindowsBeside } from './windows-beside.js';

// What shells give for an end by SIGINT.
const STOPPED = 130;

const config = JSON.parse(process.argv[2] ?? '') as DriverConfig;
const camera = config.screenshots === null ? null : new Camera(config.screenshots);

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

async function run(signal: AbortSignal): Promise<void> {
  await using scratch = await makeScratchFolder();
  const electron = (network: DemoOptions['network']) => {
    const options: DemoOptions = { network, isHeadless: config.isHeadless, userData: scratch.path };
    return sandboxed(config.electron, [config.application, optionsArgument(options)], console.error);
  };
  if (config.isLab) await runInLab(electron, scratch.path, signal);
  else await runOnHost(electron, signal);
}

type ElectronFor = (network: DemoOptions['network']) => ReturnType<typeof sandboxed>;

async function runOnHost(electron: ElectronFor, stop: AbortSignal): Promise<void> {
  const command = electron({ scene: 'host', targets: config.targets });
  await using application = await Application.start(command);
  const signal = AbortSignal.any([stop, application.gone]);
  stop.addEventListener('abort', () => void application[Symbol.asyncDispose]());
  await showHost(application, camera, signal);
}

async function runInLab(electron: ElectronFor, scratch: string, stop: AbortSignal): Promise<void> {
  await using net = await twoLinkLab();
  const network = await startLabServers(net);
  const steps = await prepareStory(net);
  const { command, args } = electron(network);
  await using application = await Application.start(net.client.enter(command, args));
  await using beside = config.isBeside ? await startBeside(net, network, scratch) : null;
  const signal = AbortSignal.any([stop, application.gone]);
  const isWatched = !config.isHeadless;
  await playStory(application, steps, { camera, isWatched, beside, announce: console.log }, signal);
  if (camera !== null) return;
  console.log('The story is over; the window stays until you close it.');
  stop.addEventListener('abort', () => void application[Symbol.asyncDispose]());
  await application.ended();
}

function startBeside(net: TwoLinkLab, { webSocket }: LabScene, scratch: string): Promise<WindowsBeside> {
  return WindowsBeside.start(net, {
    webSocketUrl: `ws://${webSocket.host}:${webSocket.port}`,
    isHeadless: config.isHeadless,
    scratch,
    electron: (options) =>
      sandboxed(config.electron, [config.beside, JSON.stringify(options)], console.error),
  });
}

const signal = stopSignal();
try {
  await run(signal);
  if (camera !== null && config.screenshots !== null) {
    const folder = path.relative(process.cwd(), config.screenshots) || '.';
    console.log(`${camera.count} screenshots are in ${folder}${path.sep}`);
  }
} catch (error) {
  process.exitCode = report(error);
}

/** Gives the exit code. */
function report(error: unknown): number {
  if (signal.aborted) return STOPPED;
  const isAbort = error instanceof Error && error.name === 'AbortError';
  // Closing the window in the middle of the story is no failure.
  if (isAbort && !(error.cause instanceof ApplicationError)) return 0;
  const reason = isAbort ? error.cause : error;
  console.error(reason instanceof ApplicationError ? reason.message : reason);
  return 1;
}
