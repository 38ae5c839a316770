import { closeSync, constants, type FSWatcher, openSync, readdirSync, readSync, watch } from 'node:fs';
import path from 'node:path';
import { invalidArgument } from '../../core/errors.js';
import type { PortalUriSource } from './portal-announcements.js';

/** How to make a {@link networkdPortalSource}. */
export interface NetworkdPortalOptions {
  /** Where systemd-networkd keeps the state of its links. Default `/run/systemd/netif/links`. */
  readonly directory?: string;
}

// One file a link, by its ifindex. Others there are on their way to become one.
const IFINDEX = /^[1-9]\d*$/;

// A link's state has some 600 bytes; lists of servers and domains may be long.
const MOST_BYTES = 64 * 1024;

/**
 * The captive-portal URIs that systemd-networkd has learnt (RFC 8910): by option 114 of DHCP, by option 103 of DHCPv6, and by router
 * advertisements, also those that came before there was a monitor. It has them since version 254.
 *
 * Read from the file in which networkd keeps the state of each link, when that is written: no privilege, no process, no D-Bus, no
 * polling. Where there is no networkd, or an older one, it tells nothing. Links are named by their ifindex: the process has to be in
 * networkd's own network namespace, as applications are.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an option it cannot use, naming it.
 */
export function networkdPortalSource(options: NetworkdPortalOptions = {}): PortalUriSource {
  const { directory = '/run/systemd/netif/links' } = options;
  if (typeof directory !== 'string' || !path.isAbsolute(directory)) {
    throw invalidArgument('directory', `must be an absolute path, not ${String(directory)}`);
  }
  return {
    watch(tell) {
      const tellOf = (name: string): void => {
        if (IFINDEX.test(name)) tell({ ifindex: Number(name), uri: portalUri(path.join(directory, name)) });
      };
      // Before the files are read, lest a change be missed.
      const watcher = watched(directory, tellOf);
      if (watcher === null) return () => {};
      for (const name of namesIn(directory)) tellOf(name);
      return () => watcher.close();
    },
  };
}

/** Calls `changed` with the name of each file that is written or removed; `null` where there is nothing to watch. */
function watched(directory: string, changed: (name: string) => void): FSWatcher | null {
  try {
    const watcher = watch(directory, { persistent: false }, (_event, name) => {
      if (name !== null) changed(name);
    });
    watcher.on('error', () => {});
    return watcher;
  } catch {
    return null;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** What a link's state says of its portal. Such a file is replaced as a whole, and no URI in it has a character to escape. */
function portalUri(file: string): string | null {
  return /^CAPTIVE_PORTAL=(.+)\n/m.exec(beginningOf(file))?.[1] ?? null;
}

function beginningOf(file: string): string {
  try {
    // Nothing that is there in its place, such as a pipe, may hold up the process.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(MOST_BYTES);
      return bytes.toString('utf8', 0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}
