import type { NativeError, NativeInventory } from '../monitor/native-addon.js';

/**
 * How precisely Chromium's dead connections can be ended:
 * `precise`: each by itself, with no healthy one touched;
 * `coarse`: not by themselves; a session's pools can be closed as a whole (`session.closeAllConnections()`), without
 * WebSockets, and pages can be told;
 * `none`: there is no Chromium, or its connections are not to be looked after.
 */
export type ChromiumHealing = 'precise' | 'coarse' | 'none';

/** What can be done about Chromium's connections here. */
export interface ChromiumAccess {
  readonly healing: ChromiumHealing;
  /** Why it is not precise, in a sentence; `null` where it is. */
  readonly reason: string | null;
}

/** What could not be done with a process. */
export interface FailedProcess {
  readonly failure: NativeError;
  readonly pid: number;
}

export const PRECISE: ChromiumAccess = Object.freeze({ healing: 'precise', reason: null });

/** What can be done about the connections of the processes of an inventory. */
export function accessTo(inventory: NativeInventory): ChromiumAccess {
  const failed = failureIn(inventory);
  return failed === null ? PRECISE : coarse(failed.failure, failed.pid);
}

/** The first thing that could not be done for an inventory; `null`: it is whole. */
export function failureIn({ processes }: NativeInventory): FailedProcess | null {
  for (const { pid, listing, duplicating } of processes) {
    const failure = [listing, duplicating].find((each) => each !== null && !isGone(each));
    if (failure) return { failure, pid };
  }
  return null;
}

/** Only coarse means are left, because of that failure. */
export function coarse(failure: NativeError, pid: number): ChromiumAccess {
  return Object.freeze({
    healing: 'coarse',
    reason: `Chromium's connections cannot be ended one by one: ${explain(failure, pid)}`,
  });
}

/** Whether the process or its descriptor has ended meanwhile: that denies nothing. */
export function isGone({ code }: NativeError): boolean {
  return code === 'ESRCH' || code === 'ENOENT' || code === 'EBADF';
}

/** Whether the system has too little of something at the moment (descriptors, memory): that denies nothing either. */
export function isPassing({ code }: NativeError): boolean {
  return (
    code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM' || code === 'ENOBUFS' || code === 'EAGAIN'
  );
}

/** What a failed system call on another process's descriptors means, in words. */
function explain({ operation, code, message }: NativeError, pid: number): string {
  const what = `${operation} on process ${pid}: ${message}`;
  if (code === 'ENOSYS') return `${what} (needs Linux 5.6, or a sandbox that lets it through)`;
  if (code === 'EPERM' || code === 'EACCES') {
    return `${what} (denied by a sandbox, by Yama's kernel.yama.ptrace_scope, or because the process is not dumpable)`;
  }
  return what;
}
