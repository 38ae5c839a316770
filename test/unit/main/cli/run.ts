import { PassThrough, Readable } from 'node:stream';
import { expect, vi } from 'vitest';
import { type CliEnvironment, runCli } from '../../../../main/cli/run-cli.js';
import { NetworkMonitor } from '../../../../main/monitor/network-monitor.js';

/** What a run of the CLI left. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the CLI in this process, on the portable backend. */
export async function run(
  argv: readonly string[],
  options: Partial<CliEnvironment> & { readonly input?: readonly string[] } = {},
): Promise<Ran> {
  const { input = [], ...environment } = options;
  const running = start(argv, { stdin: Readable.from(input), ...environment });
  const code = await running.exitCode;
  return { code, stdout: running.stdout, stderr: running.stderr };
}

/** A run of the CLI that goes on. */
export interface Running {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: Promise<number>;
  /** Waits until there are `count` JSON lines, and gives them all. */
  lines(count: number): Promise<Record<string, unknown>[]>;
  /** Stops reading, as a closed pipe does; resolves to the exit code. */
  stop(): Promise<number>;
}

/** Starts the CLI in this process. */
export function start(argv: readonly string[], environment: Partial<CliEnvironment> = {}): Running {
  const stream = new PassThrough().setEncoding('utf8');
  let stdout = '';
  let stderr = '';
  stream.on('data', (text: string) => {
    stdout += text;
  });
  const exitCode = runCli(argv, {
    stdin: Readable.from([]),
    stdout: stream,
    stderr: {
      write: (text: string) => {
        stderr += text;
      },
    },
    env: {},
    startMonitor: () => NetworkMonitor.start({ backend: 'portable' }),
    ...environment,
  });
  const parsed = () =>
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return {
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    exitCode,
    lines: async (count) => {
      await vi.waitFor(() => expect(parsed().length).toBeGreaterThanOrEqual(count));
      return parsed();
    },
    stop: () => {
      stream.destroy(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
      return exitCode;
    },
  };
}
