import type { ParseArgsConfig } from 'node:util';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { ParsedArguments } from './arguments.js';
import type { ExitCode } from './exit-code.js';
import type { Output } from './output.js';

/** What a command works with; all its effects. */
export interface CommandContext {
  readonly output: Output;
  /** Says something beside the output: a line on stderr. */
  readonly note: (text: string) => void;
  readonly stdin: AsyncIterable<Buffer | string>;
  /** The namespace that the process was moved into, or `undefined`. */
  readonly netns: string | undefined;
  /** Starts the monitor, in the namespace that the process is in by now. */
  readonly startMonitor: () => Promise<NetworkMonitor>;
  /**
   * Aborts on SIGINT, SIGTERM and when nobody reads the output any more. From the call on, such a signal does not end
   * the process by itself.
   */
  readonly untilStopped: () => AbortSignal;
}

/** A command with its arguments checked, ready to go. */
type PreparedCommand = (context: CommandContext) => Promise<ExitCode>;

/** One of `roamkit`'s commands. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the name in the usage line. */
  readonly synopsis: string;
  /** Options of its own and what they mean, a line each; the common ones are added. */
  readonly help: readonly (readonly [option: string, meaning: string])[];
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Checks the arguments. Throws {@link UsageError}. */
  prepare(parsed: ParsedArguments): PreparedCommand;
}
