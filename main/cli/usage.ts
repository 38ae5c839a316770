import type { Command } from './command.js';

/** Bad arguments: exit code 2. The message says in one line what was wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const COMMON = [
  ['--netns NAME|PATH', 'look into this network namespace'],
  ['--json', 'one JSON object a line'],
  ['--help', 'this text'],
  ['--version', 'the version of roamkit'],
] as const;

const EXIT_CODES = 'Exit codes: 0 fine, 1 the answer is no, 2 usage, 3 failure.';

/** The usage of one command. */
export function commandUsage(command: Command): string {
  return [
    `usage: roamkit ${command.name} ${command.synopsis}`,
    '',
    command.summary,
    '',
    ...table([...command.help, ...COMMON]),
    '',
    EXIT_CODES,
    '',
  ].join('\n');
}

/** The usage of `roamkit` as a whole. */
export function overallUsage(commands: readonly Command[]): string {
  return [
    'usage: roamkit COMMAND [OPTION...]',
    '',
    "The kernel's routing state, live, and connections that notice when it changes.",
    '',
    ...table(commands.map(({ name, summary }) => [name, summary])),
    '',
    ...table(COMMON),
    '',
    `${EXIT_CODES} More: roamkit COMMAND --help`,
    '',
  ].join('\n');
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
