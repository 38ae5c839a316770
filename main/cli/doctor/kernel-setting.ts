import { readFileSync } from 'node:fs';

/**
 * A kernel setting by its path below /proc/sys/net, `null` where it cannot be read. Synchronously: /proc/sys/net shows
 * the namespace of the thread that opens the file, and only this one was moved by `--netns`.
 */
export function kernelSetting(path: string): string | null {
  try {
    return readFileSync(`/proc/sys/net/${path}`, 'utf8').trim();
  } catch {
    return null;
  }
}
