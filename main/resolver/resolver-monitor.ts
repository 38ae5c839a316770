import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EventEmitter } from 'eventemitter3';
import { invalidArgument } from '../../core/errors.js';
import { type Clock, systemClock } from '../../core/reconnect/clock.js';
import { throwLater } from '../../core/throw-later.js';
import { ChainWatch } from './chain-watch.js';
import { followLinks, type LinkChain } from './link-chain.js';
import {
  isBare,
  isSameConfiguration,
  parseResolverConfiguration,
  type ResolverConfiguration,
} from './resolver-configuration.js';
import { Settling } from './settling.js';

/** How to make a {@link ResolverMonitor}. */
export interface ResolverMonitorOptions {
  /** The resolver's configuration, an absolute path. Default `/etc/resolv.conf`. */
  readonly file?: string;
  /**
   * Where systemd-resolved lists the servers that it asks, an absolute path; it need not exist. Default
   * `/run/systemd/resolve/resolv.conf`, on machines that systemd runs.
   */
  readonly upstreamFile?: string;
  /** Time, for tests. Default: the real one. */
  readonly clock?: Clock;
}

/** Names are resolved in another way. */
export interface ResolverChange {
  readonly previous: ResolverConfiguration;
  readonly next: ResolverConfiguration;
}

/** Events of a {@link ResolverMonitor}. */
export interface ResolverMonitorEvents {
  /**
   * Servers, search domains or options are others: what was resolved before may be wrong. Once for what is written
   * at a time, 50 ms after it came to rest; 1 s where no server is left, which is a writer at work more often than not.
   */
  dns: [change: ResolverChange];
}

// The path may lead elsewhere while its chain is being watched; whoever changes it for ever is not waited for.
const MOST_CHAINS = 3;

/**
 * Watches the resolver's configuration: resolv.conf, every symbolic link on the way to it, and systemd-resolved's list of
 * servers behind its stub. It sees files being replaced, linked elsewhere, rewritten in place, removed and mounted over;
 * comments and files written anew with the same contents are noise. Nothing is polled, and the process is not kept alive.
 *
 * ```ts
 * const resolver = new ResolverMonitor();
 * resolver.on('dns', ({ next }) => console.log(next.nameservers));
 * ```
 *
 * A change of the resolver is no new generation by itself: connections keep working. `startRoamkit` has one at
 * `roamkit.resolver`. Where there are no such files (Windows), nothing is ever told.
 */
export class ResolverMonitor extends EventEmitter<ResolverMonitorEvents> {
  readonly #file: string;
  readonly #upstreamFile: string | null;
  readonly #watch: ChainWatch;
  readonly #settling: Settling;
  #configuration: ResolverConfiguration;
  #isClosed = false;

  /** @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on a path that is not absolute, naming the option. */
  constructor(options: ResolverMonitorOptions = {}) {
    super();
    const { file = '/etc/resolv.conf', upstreamFile = defaultUpstreamFile(), clock = systemClock } = options;
    checkPath('file', file);
    if (upstreamFile !== null) checkPath('upstreamFile', upstreamFile);
    this.#file = file;
    this.#upstreamFile = upstreamFile;
    this.#settling = new Settling(clock, () => this.#look());
    this.#watch = new ChainWatch(() => this.#settling.news());
    this.#configuration = this.#read();
  }

  /** The configuration as it was last read; the same object until it is another one. */
  get configuration(): ResolverConfiguration {
    return this.#configuration;
  }

  /** `false` where the kernel grants no watch (fs.inotify.max_user_watches): changes may go unnoticed until `refresh()`. */
  get isWatching(): boolean {
    return !this.#isClosed && this.#watch.isWhole;
  }

  /** Looks soon, as if the files had changed: for those who have reason to think so where `isWatching` is `false`. */
  refresh(): void {
    if (!this.#isClosed) this.#settling.news();
  }

  /** Stops watching. Idempotent. No event comes after it is called. */
  close(): void {
    this.#isClosed = true;
    this.removeAllListeners();
    this.#watch.close();
    this.#settling.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #look(): 'settled' | 'bare' {
    const previous = this.#configuration;
    const next = this.#read();
    if (isSameConfiguration(previous, next)) return 'settled';
    if (isBare(next) && !this.#settling.isLate) return 'bare';
    this.#configuration = next;
    throwLater(() => {
      this.emit('dns', { previous, next });
    });
    return 'settled';
  }

  // Watches first and reads then, so that what is written in between is read or told.
  #read(): ResolverConfiguration {
    let chains = this.#chains();
    for (let attempt = 0; attempt < MOST_CHAINS; attempt++) {
      this.#watch.set(chains);
      const now = this.#chains();
      if (isSameChain(chains, now)) break;
      chains = now;
    }
    const [text = '', upstreamText = ''] = chains.map(({ file }) => (file === null ? '' : readText(file)));
    return parseResolverConfiguration(text, upstreamText);
  }

  #chains(): LinkChain[] {
    if (process.platform === 'win32') return [];
    const files = this.#upstreamFile === null ? [this.#file] : [this.#file, this.#upstreamFile];
    return files.map((file) => followLinks(file));
  }
}

// Elsewhere the nearest directory that exists would be /run, where there is always somebody writing.
function defaultUpstreamFile(): string | null {
  return existsSync('/run/systemd') ? '/run/systemd/resolve/resolv.conf' : null;
}

function checkPath(name: string, value: string): void {
  if (typeof value !== 'string' || !path.isAbsolute(value)) {
    throw invalidArgument(name, `must be an absolute path, not '${String(value)}'`);
  }
}

function isSameChain(chains: readonly LinkChain[], others: readonly LinkChain[]): boolean {
  const text = (all: readonly LinkChain[]): string =>
    JSON.stringify(all.map(({ entries, file }) => [[...entries].map(([at, names]) => [at, ...names]), file]));
  return text(chains) === text(others);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
