import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { atExit } from './at-exit.js';
import { LabError } from './errors.js';
import type { Command } from './run.js';
import { type Sysctls, sysctlPath } from './sysctl.js';
import { waitFor } from './wait-for.js';

/** A network namespace that commands can be run in. */
export interface Namespace {
  /** A process inside it, as `ip link ... netns PID` takes it. */
  readonly pid: number;
  /** What `setns()` and `nsenter --net=` take. */
  readonly path: string;
  /** It is the one this process lives in, so it outlives the lab. */
  readonly isOwn: boolean;
  /** The same command, to be run inside. */
  enter(command: Command): Command;
  /** Kills what still runs inside and gives the namespace back to the kernel. Idempotent. */
  close(): Promise<void>;
}

// The holder. It keeps the namespace alive for exactly as long as our end of its stdin is open, which the kernel closes
// for us however we die. A farewell line means that we have tidied up; end-of-file without one means that we could not,
// so the holder kills what we had started in the namespace (a child outlives a parent that was SIGKILLed, and each
// process in the namespace would keep it alive). Ctrl-C goes to the whole foreground group: it is ours to handle.
const holderScript = `
trap '' HUP INT QUIT
ip link set lo up || exit 1
for setting do
  printf '%s\\n' "\${setting#*=}" > "\${setting%%=*}" || exit 1
done
echo ready
read -r farewell && exit 0
for pass in 1 2 3; do
  for process in /proc/[0-9]*; do
    [ "$process" = "/proc/$$" ] && continue
    [ "$process/ns/net" -ef "/proc/$$/ns/net" ] && kill -KILL "\${process#/proc/}"
  done
done 2>/dev/null
`;

/**
 * Makes an anonymous network namespace with `lo` up.
 *
 * @param where for error messages: `host "client"`.
 * @throws {LabError} without the right to make namespaces (see enter.mjs), or when a setting is refused.
 */
export async function openNamespace(where: string, sysctls: Sysctls): Promise<Namespace> {
  const settings = Object.entries(sysctls).map(([key, value]) => `${sysctlPath(key)}=${value}`);
  const holder = spawn('unshare', ['--net', 'sh', '-c', holderScript, 'sh', ...settings], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ready = await new Promise<boolean>((resolve) => {
    holder.stdout.once('data', () => resolve(true));
    holder.once('error', (error) => {
      stderr += error.message;
      resolve(false);
    });
    holder.once('close', () => resolve(false));
  });
  const { pid } = holder;
  if (!ready || pid === undefined) {
    const hint = /not permitted/i.test(stderr) ? ' (run it through `node test/lab/enter.mjs COMMAND`)' : '';
    throw new LabError(`${where}: cannot make a network namespace: ${stderr.trim()}${hint}`);
  }
  return new HeldNamespace(holder, pid);
}

/** The namespace that this process itself lives in. */
export function ownNamespace(): Namespace {
  return {
    pid: process.pid,
    path: `/proc/${process.pid}/ns/net`,
    isOwn: true,
    enter: (command) => command,
    close: () => Promise.resolve(),
  };
}

class HeldNamespace implements Namespace {
  readonly path: string;
  readonly isOwn = false;
  readonly #holder: ChildProcess;
  readonly #inode: number;
  readonly #forgetAtExit: () => void;
  #closing: Promise<void> | undefined;

  constructor(
    holder: ChildProcess,
    readonly pid: number,
  ) {
    this.path = `/proc/${pid}/ns/net`;
    this.#holder = holder;
    this.#inode = statSync(this.path).ino;
    this.#forgetAtExit = atExit(() => {
      this.#killInhabitants();
      holder.kill('SIGKILL');
    });
    // A forgotten lab must not keep the process from ending.
    holder.unref();
    for (const stream of holder.stdio) if (stream instanceof Socket) stream.unref();
  }

  enter({ command, args }: Command): Command {
    return { command: 'nsenter', args: [`--net=${this.path}`, '--', command, ...args] };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await waitFor(() => this.#killInhabitants() === 0, { what: `all processes in ${this.path} to be gone` });
    const holder = this.#holder;
    holder.ref();
    if (holder.exitCode === null && holder.signalCode === null) {
      const exited = once(holder, 'exit');
      holder.stdin?.on('error', () => {});
      holder.stdin?.end('farewell\n');
      await exited;
    }
    this.#forgetAtExit();
  }

  /** SIGKILLs every process in the namespace but the holder, and tells how many there were. */
  #killInhabitants(): number {
    let killed = 0;
    for (const entry of readdirSync('/proc')) {
      const pid = Number(entry);
      if (!Number.isInteger(pid) || pid === this.pid || pid === process.pid) continue;
      try {
        if (statSync(`/proc/${pid}/ns/net`).ino !== this.#inode) continue;
        process.kill(pid, 'SIGKILL');
        killed += 1;
      } catch {
        // Gone meanwhile, or another user's: then it is not in our namespace.
      }
    }
    return killed;
  }
}
