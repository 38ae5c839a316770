import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import type { LinkChain } from './link-chain.js';

/**
 * Watches what chains of links depend on, and tells when any of it may be different (inotify(7); nothing is polled). Neither
 * links nor files keep their watch when they are replaced, so it is set anew after each news.
 */
export class ChainWatch {
  readonly #onNews: () => void;
  #watchers: FSWatcher[] = [];
  #isWhole = true;

  constructor(onNews: () => void) {
    this.#onNews = onNews;
  }

  /** Whether everything could be watched; the kernel's number of watches is limited. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Watches these chains and nothing else. What happened before it returns may not be told. */
  set(chains: readonly LinkChain[]): void {
    this.close();
    this.#isWhole = true;
    for (const { entries, file } of chains) {
      for (const [directory, names] of entries) this.#watch(directory, names);
      // A file that is mounted in its place, as containers have it, is written with no word to the directory.
      if (file !== null) this.#watch(file, null);
    }
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }

  #watch(target: string, names: ReadonlySet<string> | null): void {
    // What happens to the directory itself is told under its own name.
    const isNews = (name: string | null): boolean =>
      name === null || names === null || names.has(name) || name === path.basename(target);
    try {
      const watcher = watch(target, { persistent: false }, (_event, name) => {
        if (isNews(name)) this.#onNews();
      });
      watcher.on('error', () => {
        this.#isWhole = false;
      });
      this.#watchers.push(watcher);
    } catch (error) {
      // What is gone by now is told of by the directory it was in.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#isWhole = false;
    }
  }
}
