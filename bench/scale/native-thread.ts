import { readdirSync, readFileSync } from 'node:fs';

/** The thread that keeps a monitor's mirror, as the kernel accounts for it. */
export class NativeThread {
  private constructor(private readonly path: string) {}

  /** The one of the only monitor of this process. */
  static find(): NativeThread {
    for (const id of readdirSync('/proc/self/task')) {
      const path = `/proc/self/task/${id}`;
      // So named in Monitor::Run().
      if (readFileSync(`${path}/comm`, 'utf8').trim() === 'roamkit-monitor') return new NativeThread(path);
    }
    throw new Error('no monitor runs in this process');
  }

  /** The time it has spent on a CPU: unlike the clock's, not disturbed by others who use the same cores. */
  get cpuMs(): number {
    return Number(readFileSync(`${this.path}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }

  /** How often it gave up the CPU to wait for something. */
  get voluntarySwitches(): number {
    const status = readFileSync(`${this.path}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1]);
  }
}
