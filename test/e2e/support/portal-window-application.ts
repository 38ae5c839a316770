import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { Session } from 'electron';
import type { PortalWindow, PortalWindowOptions } from '../../../main/electron/index.js';
import { Application } from './application.js';

declare global {
  /** In the main process of apps/portal-window. */
  var hostSide: {
    /** What the application was asked or told that is none of the sign-in window's business. */
    readonly heard: string[];
    /** All sessions that there were, in order. */
    readonly sessions: readonly Session[];
    /** The sign-in window that was opened last. */
    readonly portal: PortalWindow | undefined;
    readonly open: (url: string, options?: PortalWindowOptions) => void;
  };
}

/** apps/portal-window: a careless application that opens the sign-in window. */
export class PortalWindowApplication implements AsyncDisposable {
  private constructor(
    readonly application: Application,
    readonly downloads: string,
  ) {}

  static async launch(): Promise<PortalWindowApplication> {
    const downloads = mkdtempSync(path.join(tmpdir(), 'roamkit-e2e-downloads-'));
    const application = await Application.launch('portal-window', 'main.mjs', { downloads });
    await application.page();
    return new PortalWindowApplication(application, downloads);
  }

  get electron(): ElectronApplication {
    return this.application.electron;
  }

  /** Opens the sign-in window; resolves to its page. */
  async open(url: string, options: PortalWindowOptions = {}): Promise<Page> {
    const [page] = await Promise.all([
      this.electron.waitForEvent('window'),
      this.electron.evaluate(
        (_electron, [target, settings]) => {
          hostSide.open(target, settings);
        },
        [url, options] as const,
      ),
    ]);
    await page.waitForLoadState();
    return page;
  }

  /** Closes the sign-in window, if there is one; resolves when nothing is left of it. */
  close(): Promise<void> {
    return this.electron.evaluate(async () => {
      hostSide.portal?.close();
      await hostSide.portal?.closed;
    });
  }

  /** What the application was asked or told since the last {@link PortalWindowApplication.forget}. */
  heard(): Promise<readonly string[]> {
    return this.electron.evaluate(() => hostSide.heard);
  }

  forget(): Promise<void> {
    return this.electron.evaluate(() => {
      hostSide.heard.length = 0;
    });
  }

  /** The titles of all windows. */
  titles(): Promise<string[]> {
    return this.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.getTitle()),
    );
  }

  /** The names of the files in the downloads folder. */
  downloaded(): string[] {
    return readdirSync(this.downloads);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
    rmSync(this.downloads, { recursive: true, force: true });
  }
}
