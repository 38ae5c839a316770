import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { LabError } from './errors.js';
import { type Command, display } from './run.js';

/** Options of `host.spawn`. */
export interface SpawnOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** `inherit` shows the program's stderr in ours; the default keeps it for error messages. */
  readonly stderr?: 'capture' | 'inherit';
}

/** How a process ended: one of the two is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A long-running program in a host. It ends with the host at the latest. */
export class HostProcess implements AsyncDisposable {
  readonly pid: number;
  readonly stdin: Writable;
  /** Resolves when the program has ended and all its output was read. Never rejects. */
  readonly exit: Promise<Exit>;

  readonly #title: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable | null>;
  readonly #lines: string[] = [];
  #consumed = 0;
  #stderr = '';
  #ended: Exit | undefined;
  readonly #waiters = new Set<() => void>();

  private constructor(
    title: string,
    child: ChildProcessByStdio<Writable, Readable, Readable | null>,
    pid: number,
  ) {
    this.#title = title;
    this.#child = child;
    this.pid = pid;
    this.stdin = child.stdin;
    // Writing to a program that has just ended is no error of ours: `exit` and nextLine() tell.
    child.stdin.on('error', () => {});
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-16_384);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.exit = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#ended = { code, signal };
        this.#wake();
        resolve(this.#ended);
      });
    });
  }

  /**
   * @param where for error messages: `host "client"`.
   * @throws {LabError} if the program cannot be started.
   */
  static start(
    where: string,
    shown: Command,
    entered: Command,
    options: SpawnOptions = {},
  ): Promise<HostProcess> {
    const title = `${where}: \`${display(shown)}\``;
    return new Promise((resolve, reject) => {
      const child = spawn(entered.command, entered.args, {
        stdio: ['pipe', 'pipe', options.stderr === 'inherit' ? 'inherit' : 'pipe'],
        env: { ...process.env, ...options.env },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      }) as ChildProcessByStdio<Writable, Readable, Readable | null>;
      child.once('error', (error) => reject(new LabError(`${title} could not be started: ${error.message}`)));
      child.once('spawn', () => resolve(new HostProcess(title, child, child.pid ?? -1)));
    });
  }

  /** All lines of stdout so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The last 16 kB of stderr. */
  get stderr(): string {
    return this.#stderr;
  }

  /**
   * The next line of stdout that nobody took yet and that `matches` accepts; lines before it are skipped.
   *
   * @throws {LabError} after `timeoutMs` (default 5000), or when the program ends first.
   * @example await watch.nextLine((line) => line.includes('"ready"'));
   */
  async nextLine(
    matches: (line: string) => boolean = () => true,
    { timeoutMs = 5000 }: { readonly timeoutMs?: number } = {},
  ): Promise<string> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      while (this.#consumed < this.#lines.length) {
        const line = this.#lines[this.#consumed];
        this.#consumed += 1;
        if (line !== undefined && matches(line)) return line;
      }
      if (this.#ended)
        throw this.#failure(`ended with ${this.#ended.signal ?? this.#ended.code} before it wrote the line`);
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw this.#failure(`did not write the line within ${timeoutMs} ms`);
      await this.#more(leftMs);
    }
  }

  /** Asks the program to end, and makes it after `graceMs` (default 2000). Idempotent. */
  async stop(
    signal: NodeJS.Signals = 'SIGTERM',
    { graceMs = 2000 }: { readonly graceMs?: number } = {},
  ): Promise<Exit> {
    this.#child.kill(signal);
    const timer = setTimeout(() => {
      this.#child.kill('SIGKILL');
      // A grandchild that holds on to the pipes must not hold us.
      this.#child.stdout.destroy();
      this.#child.stderr?.destroy();
    }, graceMs);
    try {
      return await this.exit;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #failure(how: string): LabError {
    const last = this.#lines.slice(-5).join('\n');
    return new LabError(
      `${this.#title} ${how}; stderr: ${this.#stderr.trim() || '(empty)'}; last lines: ${last || '(none)'}`,
    );
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }

  #more(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiters.add(done);
    });
  }
}
