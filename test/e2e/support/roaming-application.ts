import type { Page } from '@playwright/test';
import type { RoamkitOptions } from '../../../main/electron/index.js';
import type { AddressPair, TwoLinkLab } from '../../lab/index.js';
import { Application } from './application.js';
import { eventually } from './eventually.js';
import { words } from './sides.js';

/** apps/roaming: a page with a RoamingWebSocket to the lab's server. */
export class RoamingApplication implements AsyncDisposable {
  private constructor(
    readonly application: Application,
    readonly page: Page,
  ) {}

  /** Starts it; resolves when the socket is open and the main process watches it. */
  static async launch(net: TwoLinkLab, version: keyof AddressPair = 'v4'): Promise<RoamingApplication> {
    const app = await RoamingApplication.start(net, version);
    await eventually(() => app.story()).toHaveLength(2);
    await app.expectWatched(1);
    return app;
  }

  /** Starts it; resolves when the page runs. */
  static async start(
    net: TwoLinkLab,
    version: keyof AddressPair = 'v4',
    // There is no internet to probe in the lab.
    options: RoamkitOptions = { portal: false },
  ): Promise<RoamingApplication> {
    const { port } = await net.server.webSocketEcho();
    const address = net.addresses.server[version];
    const url = `ws://${version === 'v6' ? `[${address}]` : address}:${port}`;
    const application = await Application.launch('roaming', 'main.mjs', { url, options });
    const app = new RoamingApplication(application, await application.page());
    await app.page.waitForFunction(() => globalThis.pageSide !== undefined);
    return app;
  }

  /** The page's log in words: `open`, `close 1006 link-down`, the address that the server was reached from. */
  story(): Promise<string[]> {
    return this.page
      .evaluate(() => pageSide.log)
      .then((log) => log.map(({ code, ...entry }) => [words(entry), code].filter(Boolean).join(' ')));
  }

  /** Waits until the main process watches so many of the page's connections. */
  async expectWatched(count: number): Promise<void> {
    await eventually(() =>
      this.application.electron.evaluate(() => mainSide.roamkit.ipcStats.trackedConnections),
    ).toBe(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
  }
}
