import { lstatSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** What decides which file a path leads to. */
export interface LinkChain {
  /** The entries to watch, by directory: each symbolic link on the way, and the file; or the first that is missing. */
  readonly entries: ReadonlyMap<string, ReadonlySet<string>>;
  /** The file at the end, free of links; `null` where there is none. */
  readonly file: string | null;
}

// As many as the kernel follows (path_resolution(7)).
const MOST_LINKS = 40;

/**
 * Follows an absolute path, link by link. Ordinary directories on the way are left out: watching `/` and `/run` would
 * wake us for everybody's files.
 */
export function followLinks(start: string): LinkChain {
  const entries = new Map<string, Set<string>>();
  const watch = (directory: string, name: string): void => {
    entries.set(directory, (entries.get(directory) ?? new Set()).add(name));
  };
  const pending = namesOf(start);
  let directory = '/';
  let links = 0;
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    const entry = path.join(directory, name);
    const kind = kindOf(entry);
    if (kind === 'link' && ++links <= MOST_LINKS) {
      watch(directory, name);
      const target = readLink(entry);
      if (path.isAbsolute(target)) directory = '/';
      pending.unshift(...namesOf(target));
    } else if (kind === 'directory') {
      directory = entry;
    } else {
      watch(directory, name);
      return { entries, file: kind === 'file' && pending.length === 0 ? entry : null };
    }
  }
  return { entries, file: null };
}

function namesOf(text: string): string[] {
  return text.split('/').filter((name) => name !== '' && name !== '.');
}

function kindOf(entry: string): 'link' | 'directory' | 'file' | 'other' {
  try {
    const stats = lstatSync(entry);
    if (stats.isSymbolicLink()) return 'link';
    if (stats.isDirectory()) return 'directory';
    // Not a pipe, say, which would block whoever opens it.
    return stats.isFile() ? 'file' : 'other';
  } catch {
    return 'other';
  }
}

function readLink(entry: string): string {
  try {
    return readlinkSync(entry);
  } catch {
    // It went between two lines; its directory tells.
    return '';
  }
}
