import { isIP } from 'node:net';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Family } from '../../core/network-types.js';
import { quoted } from './text/printable.js';
import { UsageError } from './usage.js';

/** What stood on the command line, by name; not yet checked for meaning. */
export interface ParsedArguments {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** The options that all commands have. */
const COMMON_OPTIONS = {
  netns: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Splits `args` into options and positionals. Throws {@link UsageError} on options that do not exist. */
export function parseArguments(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): ParsedArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, ...COMMON_OPTIONS },
      allowPositionals: true,
      strict: true,
    });
    return { values: values as ParsedArguments['values'], positionals };
  } catch (error) {
    throw new UsageError(inOurWords(error));
  }
}

/** Takes the command's name out of `argv`: the first that is no option, so that `roamkit --json status` works too. */
export function splitCommand(argv: readonly string[]): {
  readonly name: string | undefined;
  readonly rest: readonly string[];
} {
  const { tokens } = parseArgs({
    args: [...argv],
    options: COMMON_OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const first = tokens.find((token) => token.kind === 'positional');
  if (first === undefined) return { name: undefined, rest: argv };
  return { name: argv[first.index], rest: argv.toSpliced(first.index, 1) };
}

/** A text option, or `undefined` where it is not given. */
export function textOption({ values }: ParsedArguments, name: string): string | undefined {
  const value = values[name];
  if (typeof value !== 'string') return undefined;
  if (value === '') throw new UsageError(`--${name} needs a value`);
  return value;
}

/** A whole number, decimal or 0x…, or `undefined` where the option is not given. */
export function wholeNumberOption(
  parsed: ParsedArguments,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const text = textOption(parsed, name);
  if (text === undefined) return undefined;
  const value = /^(?:\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, not ${quoted(text)}`);
}

/** Complains about the first positional, for commands that take none. */
export function refusePositionals({ positionals }: ParsedArguments): void {
  const [first] = positionals;
  if (first !== undefined) throw new UsageError(`unexpected argument ${quoted(first)}`);
}

/** The family of an IP literal. Throws {@link UsageError}, naming what it is not. */
export function familyOfLiteral(text: string, what = ''): Family {
  const family = isIP(text);
  if (family === 0) throw new UsageError(`${what}${quoted(text)} is not an IP address`);
  return family === 4 ? 4 : 6;
}

// parseArgs explains itself in several sentences, with advice that does not fit every case.
function inOurWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '(.*?)'(?:\. |$)/s.exec(message)?.[1];
  if (unknown !== undefined) return `unknown option ${quoted(unknown)}`;
  const option = /^Option '(?:-\w, )?(-[\w-]+)/.exec(message)?.[1];
  if (option === undefined) return message.split('\n')[0] ?? message;
  if (message.includes('does not take an argument')) return `${option} takes no value`;
  if (message.includes('ambiguous'))
    return `${option} needs a value (${option}=VALUE for one that starts with '-')`;
  return `${option} needs a value`;
}
