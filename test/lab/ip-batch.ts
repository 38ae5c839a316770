import { LabError } from './errors.js';
import { type Command, type RunResult, run } from './run.js';

/** An address family, by the number in its name. */
export type Family = 4 | 6;

/** Options of `host.ip`. */
export interface IpOptions {
  /** `ip -4` or `ip -6`, for lines whose family the arguments do not tell (`route del default`). */
  readonly family?: Family;
  /** More of iproute2's global options: `['-json', '-details']`. */
  readonly flags?: readonly string[];
  /** Default 30000. */
  readonly timeoutMs?: number;
}

/**
 * Runs lines of `ip` commands, in order, in one `ip -batch` process; the first that fails ends it.
 *
 * @returns what they printed.
 * @throws {LabError} that tells the line, its number, and the kernel's answer.
 */
export async function ipBatch(
  where: string,
  enter: (command: Command) => Command,
  commands: string | readonly string[],
  { family, flags = [], timeoutMs }: IpOptions = {},
): Promise<string> {
  // Blank lines go, so that iproute2's line number is an index into what is left.
  const lines = [commands].flat().flatMap((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  );
  const args = [...(family === undefined ? [] : [`-${family}`]), ...flags, '-batch', '-'];
  const command: Command = { command: 'ip', args };
  const result = await run(where, command, enter(command), {
    input: `${lines.join('\n')}\n`,
    allowFailure: true,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (result.code !== 0) throw new LabError(`${where}: ${explain(lines, result)}`);
  return result.stdout;
}

function explain(lines: readonly string[], { code, stderr }: RunResult): string {
  const failed = /^Command failed -:(\d+)$/m.exec(stderr);
  const said = stderr.replace(/^Command failed .*$/gm, '').trim() || '(no message)';
  if (failed === null) return `\`ip -batch\` exited with ${code}: ${said}`;
  const number = Number(failed[1]);
  const position = lines.length > 1 ? ` (line ${number} of ${lines.length})` : '';
  return `\`ip ${lines[number - 1] ?? '?'}\`${position} failed: ${said}`;
}
