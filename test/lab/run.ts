import { spawn } from 'node:child_process';
import { LabError } from './errors.js';

/** A program and its arguments, as `spawn` takes them. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Options of {@link run}. */
export interface RunOptions {
  /** Written to the command's stdin. */
  readonly input?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The command is killed and the promise rejected after this time. Default 30000: 100,000 routes by `ip -batch` take 3 s. */
  readonly timeoutMs?: number;
  /** Resolve on a non-zero exit code too. Default false. */
  readonly allowFailure?: boolean;
}

/** What a finished command left. */
export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; 128 where a signal ended it. */
  readonly code: number;
}

/** The command as one would type it, for error messages. */
export function display({ command, args }: Command): string {
  return [command, ...args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(' ');
}

/**
 * Runs a command to its end.
 *
 * @param where for error messages: `host "client"`.
 * @param shown for error messages: the command as the caller wrote it.
 * @param entered what is really run: the same, wrapped so that it runs in a namespace.
 * @throws {LabError} on a non-zero exit (unless allowed), a time-out, or a command that is not there.
 */
export function run(
  where: string,
  shown: Command,
  entered: Command,
  options: RunOptions = {},
): Promise<RunResult> {
  const { input, env, cwd, timeoutMs = 30_000, allowFailure = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(entered.command, entered.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    const fail = (how: string): void => {
      const said = (stderr.trim() || stdout.trim()).slice(-4000);
      reject(new LabError(`${where}: \`${display(shown)}\` ${how}${said ? `: ${said}` : ''}`));
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // A command that fails early leaves our input unread; its exit code and stderr tell the story better than EPIPE.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(`could not be started: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (timedOut) fail(`did not end within ${timeoutMs} ms`);
      else if (code === 0 || allowFailure) resolve({ stdout, stderr, code: code ?? 128 });
      else fail(signal === null ? `exited with ${code}` : `was ended by ${signal}`);
    });
  });
}
