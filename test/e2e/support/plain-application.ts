import { expect, type Page } from '@playwright/test';
import type { IpcStats, RoamkitOptions } from '../../../main/electron/index.js';
import { Application } from './application.js';
import { eventually } from './eventually.js';
import { type LogEntry, words } from './sides.js';

/** How to start apps/plain. */
export interface PlainOptions {
  /** Default `main.mjs`. */
  readonly main?: 'main.mjs' | 'main.cjs';
  /** For `startRoamkit`. */
  readonly options?: RoamkitOptions;
  /** Of its windows; `preload` may be a file among its bundled pages: `preload.cjs`. */
  readonly webPreferences?: Readonly<Record<string, unknown>>;
  /** The folder of its bundled pages and preload scripts; default those of apps/plain. */
  readonly pages?: string;
  /** roamkit is started by `mainSide.start()` and not before the first window. */
  readonly isLate?: boolean;
}

/** apps/plain: roamkit in the main process, and windows whose pages have a client and nothing else. */
export class PlainApplication implements AsyncDisposable {
  private constructor(readonly application: Application) {}

  static async launch({ main = 'main.mjs', ...settings }: PlainOptions = {}): Promise<PlainApplication> {
    return new PlainApplication(await Application.launch('plain', main, settings));
  }

  /** The first window's page, with its first snapshot. */
  async page(): Promise<Page> {
    return readyPage(await this.application.page());
  }

  /**
   * Opens one more window; resolves to its page, with its first snapshot. `quiet.html` listens for changes only, and not for what
   * concerns connections.
   */
  async openWindow(file: 'page.html' | 'quiet.html' = 'page.html'): Promise<Page> {
    const { electron } = this.application;
    const [page] = await Promise.all([
      electron.waitForEvent('window'),
      electron.evaluate((_electron, name) => mainSide.openWindow(name), file),
    ]);
    return readyPage(page);
  }

  ipcStats(): Promise<IpcStats> {
    return this.application.electron.evaluate(() => mainSide.roamkit.ipcStats);
  }

  /** Waits until so many windows listen and so many connections of pages are tracked. */
  async expectIpc(subscribedWindows: number, trackedConnections: number): Promise<void> {
    await eventually(() => this.ipcStats()).toMatchObject({ subscribedWindows, trackedConnections });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
  }
}

/** Waits until a page, also one that was just loaded anew, has run its script and knows the network. */
export async function readyPage(page: Page): Promise<Page> {
  await page.waitForFunction(() => globalThis.pageSide?.roamkit.ready);
  return page;
}

/** What a page has heard. */
export function logOf(page: Page): Promise<LogEntry[]> {
  return page.evaluate(() => pageSide.log);
}

/** The same in words. */
export async function storyOf(page: Page): Promise<string[]> {
  return (await logOf(page)).map(words);
}

/** Has a page track a connection; resolves to its id. Nothing is sent. */
export function track(page: Page, target: string): Promise<number> {
  return page.evaluate(async (url) => (await pageSide.roamkit.track(url)).id, target);
}

/** Waits until a page has been told that what it tracks is lost with its link, and that it may reconnect. */
export async function expectLinkLossTold(page: Page): Promise<void> {
  await eventually(() => storyOf(page)).toEqual(
    expect.arrayContaining(['invalidated page link-down', 'reconnect now']),
  );
}
