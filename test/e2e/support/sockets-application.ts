import { expect, type Page } from '@playwright/test';
import type { AddressPair, TwoLinkLab } from '../../lab/index.js';
import { Application } from './application.js';
import { eventually } from './eventually.js';
import { type LogEntry, words } from './sides.js';

/** One process of the application: its log, and its WebSocket. */
export class SocketSide {
  constructor(
    readonly owner: 'main' | 'page',
    readonly log: () => Promise<LogEntry[]>,
    /** Sends a message through the WebSocket and waits for it to come back. */
    readonly echo: () => Promise<string>,
    readonly clear: () => Promise<void>,
  ) {}

  /** The log in words. */
  async story(): Promise<string[]> {
    return (await this.log()).map(words);
  }
}

/** apps/sockets: a WebSocket in the main process and one in the page, both to the lab's server. */
export class SocketsApplication implements AsyncDisposable {
  readonly main: SocketSide;
  readonly page: SocketSide;

  private constructor(
    readonly application: Application,
    page: Page,
  ) {
    const { electron } = application;
    this.main = new SocketSide(
      'main',
      () => electron.evaluate(() => mainSide.log),
      () => electron.evaluate(() => mainSide.echo()),
      () =>
        electron.evaluate(() => {
          mainSide.log.length = 0;
        }),
    );
    this.page = new SocketSide(
      'page',
      () => page.evaluate(() => pageSide.log),
      () => page.evaluate(() => pageSide.echo()),
      () =>
        page.evaluate(() => {
          pageSide.log.length = 0;
        }),
    );
  }

  /** Starts it; resolves when both sockets are open and tracked, with empty logs. */
  static async launch(net: TwoLinkLab, version: keyof AddressPair): Promise<SocketsApplication> {
    const { port } = await net.server.webSocketEcho();
    const address = net.addresses.server[version];
    const url = `ws://${version === 'v6' ? `[${address}]` : address}:${port}`;
    const application = await Application.launch('sockets', 'main.mjs', { url });
    const sockets = new SocketsApplication(application, await application.page());
    await eventually(() => sockets.main.story()).toContain('open');
    await eventually(() => sockets.page.story()).toEqual(expect.arrayContaining(['open', 'tracked']));
    await sockets.expectEchoes();
    await sockets.clear();
    return sockets;
  }

  get sides(): readonly SocketSide[] {
    return [this.main, this.page];
  }

  /** Expects that both sockets work. */
  async expectEchoes(): Promise<void> {
    await Promise.all([this.main.echo(), this.page.echo()]);
  }

  async clear(): Promise<void> {
    await Promise.all([this.main.clear(), this.page.clear()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
  }
}
