import type { ElectronApplication, Page } from '@playwright/test';
import type { PortalMenuItem, Roamkit, RoamkitOptions } from '../../../main/electron/index.js';
import { PortalServer } from '../../../testing/index.js';
import { Lab, type TwoLinkLab, twoLinkLab } from '../../lab/index.js';
import { Application } from './application.js';
import { readyPage } from './plain-application.js';

declare global {
  /** In the main process of apps/portal. */
  var portalSide: {
    readonly roamkit: Roamkit;
    /** What belongs into the tray menu now. */
    readonly menu: readonly PortalMenuItem[];
  };
}

/** apps/portal in a network whose portal is in the test's own process, which shares the application's network. */
export class PortalApplication implements AsyncDisposable {
  private constructor(
    readonly net: TwoLinkLab,
    readonly portal: PortalServer,
    readonly application: Application,
    readonly page: Page,
  ) {}

  /** Starts it in a network that waits for a sign-in. */
  static async launch(options: RoamkitOptions = {}): Promise<PortalApplication> {
    const net = await twoLinkLab({ client: await Lab.here() });
    const portal = await PortalServer.start({ behaviour: { kind: 'captive' } });
    const application = await Application.launch('portal', 'main.mjs', {
      options: { portal: { endpoints: [{ url: portal.url }] }, ...options },
    });
    return new PortalApplication(net, portal, application, await readyPage(await application.page()));
  }

  get electron(): ElectronApplication {
    return this.application.electron;
  }

  /** Does something that opens the sign-in window; resolves to its page. */
  async signInPage(act: () => Promise<unknown>): Promise<Page> {
    const [page] = await Promise.all([this.electron.waitForEvent('window'), act()]);
    await page.waitForLoadState();
    return page;
  }

  /** How many windows there are. */
  windows(): Promise<number> {
    return this.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  }

  /** The tray menu's labels. */
  menu(): Promise<readonly string[]> {
    return this.electron.evaluate(() => portalSide.menu.map(({ label }) => label));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
    await this.portal.close();
    await this.net.close();
  }
}
