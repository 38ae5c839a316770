import { RoamkitError } from '../../core/errors.js';
import { loadNativeAddon } from '../monitor/native-addon.js';
import { NetworkMonitor } from '../monitor/network-monitor.js';
import { parseArguments, splitCommand, textOption } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { COMMANDS } from './commands.js';
import { ExitCode } from './exit-code.js';
import { Output, type OutputStream } from './output.js';
import { stopSignal } from './stop-signal.js';
import { printable, quoted } from './text/printable.js';
import { commandUsage, overallUsage, UsageError } from './usage.js';
import { packageVersion } from './version.js';

/** What surrounds the command; the defaults are the process's. */
export interface CliEnvironment {
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly stdout: OutputStream;
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly startMonitor: () => Promise<NetworkMonitor>;
}

// What commands print waits for no reader. One that reads no more must not keep a stopped program from ending.
const LAST_WORDS_MS = 1000;

/** Runs `roamkit` with `argv` (no node, no script) and resolves to its exit code. Never rejects. */
export async function runCli(
  argv: readonly string[],
  environment: CliEnvironment = processEnvironment(),
): Promise<ExitCode> {
  const { stdout, stderr } = environment;
  let command: Command | undefined;
  try {
    const { name, rest } = splitCommand(argv);
    command = COMMANDS.find((candidate) => candidate.name === name);
    if (command === undefined && name !== undefined) throw new UsageError(`unknown command ${quoted(name)}`);
    const parsed = parseArguments(rest, command?.options ?? {});
    const output = new Output(stdout, { isJson: parsed.values['json'] === true, env: environment.env });
    if (parsed.values['help'] === true) {
      await output.write(command === undefined ? overallUsage(COMMANDS) : commandUsage(command));
      return ExitCode.fine;
    }
    if (parsed.values['version'] === true) {
      await output.write(`${packageVersion()}\n`);
      return ExitCode.fine;
    }
    if (command === undefined) throw new UsageError('a command is missing');
    const run = command.prepare(parsed);
    const netns = textOption(parsed, 'netns');
    // First of all that touches the network: sockets and threads belong to the namespace they were made in.
    if (netns !== undefined) enterNetworkNamespace(netns);
    const code = await run(contextOf(environment, output, netns));
    await output.flush(LAST_WORDS_MS);
    if (output.failure !== null) throw new Error(`cannot write the output: ${output.failure.message}`);
    return code;
  } catch (error) {
    return report(error, command, stderr);
  }
}

function contextOf(environment: CliEnvironment, output: Output, netns: string | undefined): CommandContext {
  return {
    output,
    note: (text) => void environment.stderr.write(`roamkit: ${printable(text)}\n`),
    netns,
    get stdin() {
      return environment.stdin;
    },
    untilStopped: () => stopSignal(output),
    startMonitor: environment.startMonitor,
  };
}

function enterNetworkNamespace(netns: string): void {
  let enter: (nameOrPath: string) => void;
  try {
    const addon = loadNativeAddon();
    enter = (nameOrPath) => addon.enterNetworkNamespace(nameOrPath);
  } catch (cause) {
    throw new RoamkitError('ERR_ROAMKIT_UNSUPPORTED_PLATFORM', '--netns needs the native addon', { cause });
  }
  try {
    enter(netns);
  } catch (cause) {
    throw new RoamkitError(
      'ERR_ROAMKIT_NETLINK',
      `cannot enter network namespace ${quoted(netns)}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

function report(error: unknown, command: Command | undefined, stderr: CliEnvironment['stderr']): ExitCode {
  const who = command === undefined ? 'roamkit' : `roamkit ${command.name}`;
  stderr.write(`${who}: ${printable(messageOf(error).replaceAll('\n', ' '))}\n`);
  // What the monitor itself refuses came from the command line too.
  const isUsage =
    error instanceof UsageError ||
    (error instanceof RoamkitError && error.code === 'ERR_ROAMKIT_INVALID_ARGUMENT');
  if (!isUsage) return ExitCode.failure;
  stderr.write(command === undefined ? overallUsage(COMMANDS) : commandUsage(command));
  return ExitCode.usage;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function processEnvironment(): CliEnvironment {
  return {
    // Not before it is needed: looking at process.stdin opens it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    startMonitor: () => NetworkMonitor.start(),
  };
}
