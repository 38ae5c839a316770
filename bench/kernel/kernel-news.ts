import { monotonicNow } from '../../main/monitor/monotonic-time.js';
import type { Host, HostProcess } from '../../test/lab/index.js';
import { NativeProgram } from '../scale/native-program.js';

// The kernel tells at once; a busy machine may take a while to run `ip`, and wait for locks that all its namespaces share.
const TIMEOUT_MS = 20_000;

/** When the kernel told of changes in a host: what a process hears that does nothing but listen (netlink-listener.cc). */
export class KernelNews implements AsyncDisposable {
  private constructor(
    private readonly program: NativeProgram,
    private readonly listener: HostProcess,
  ) {}

  /** The program that listens: it writes a line for each change, its time, after a first one that says `ready`. */
  get executable(): string {
    return this.program.executable;
  }

  static async start(host: Host): Promise<KernelNews> {
    const program = new NativeProgram('netlink-listener');
    const listener = await host.spawn(program.executable);
    await listener.nextLine((line) => line === 'ready');
    return new KernelNews(program, listener);
  }

  /** When the first change since then was told, in milliseconds since 1970; waits for it. */
  async first(since: number): Promise<number> {
    // The listener's clock is CLOCK_MONOTONIC; ours gives whole milliseconds, so a time may seem to be up to one too early.
    const monotonicStart = Date.now() - monotonicNow();
    const timeOf = (line: string): number => monotonicStart + Number(line);
    return timeOf(
      await this.listener.nextLine((line) => timeOf(line) >= since - 1, { timeoutMs: TIMEOUT_MS }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.stop();
    this.program[Symbol.dispose]();
  }
}
