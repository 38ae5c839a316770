import type { Page } from '@playwright/test';
import type { Roamkit } from '../../../main/electron/index.js';
import { CertificateAuthority } from '../../fixtures/certificates.js';
import type { LabServer, TwoLinkLab } from '../../lab/index.js';
import { Application } from './application.js';
import { eventually } from './eventually.js';

/** How pages and workers open a connection, by the name that its end is noted with. */
interface Openers {
  readonly socket: (name: string, url: string) => Promise<void>;
  readonly connecting: (name: string, url: string) => Promise<void>;
  readonly events: (name: string, url: string) => Promise<void>;
  readonly stream: (name: string, url: string) => Promise<void>;
  readonly request: (name: string, url: string) => Promise<void>;
}

declare global {
  /** apps/protocols. */
  var protocolsPage: {
    readonly log: readonly string[];
    readonly ask: (url: string) => Promise<string>;
    readonly openEcho: (url: string) => Promise<void>;
    readonly echo: (url: string) => Promise<string>;
    readonly inServiceWorker: (kind: keyof Openers, name: string, url: string) => Promise<void>;
    readonly open: Openers;
  };
  var protocolsMain: {
    readonly roamkit: Roamkit;
    readonly log: readonly string[];
    readonly open: Record<'fetch' | 'request' | 'socket', (name: string, url: string) => Promise<void>>;
    /** Electron's newest have `net.WebSocket`. */
    readonly hasWebSocket: boolean;
  };
}

/** Who opens a connection: a page of the session that connects directly or through a proxy, its service worker, or main. */
export type Opener = 'page' | 'service worker' | 'main' | 'page behind CONNECT' | 'page behind SOCKS5';

/** A kind of connection. */
export interface ConnectionKind {
  readonly by: Opener;
  readonly kind: keyof Openers | keyof (typeof protocolsMain)['open'];
  /** Of the server, or of a host that answers nobody. */
  readonly to: 'server' | 'nobody';
  readonly path: string;
  /** What is noted of its end when it is lost. */
  readonly end: string;
}

/**
 * apps/protocols: pages without any code of ours, with connections over TLS to a server far away (over Ethernet, at first),
 * directly and through proxies there, and to one near by (the Wi-Fi's router, which no loss of Ethernet concerns).
 */
export class ProtocolsApplication implements AsyncDisposable {
  /** The addresses of the far and the near server, up to the path. */
  readonly far: string;
  readonly near: string;
  readonly #nobody: string;

  private constructor(
    readonly application: Application,
    readonly page: Page,
    readonly pagesBehind: Readonly<Record<'connect' | 'socks', Page>>,
    { far, near, nobody }: Record<'far' | 'near' | 'nobody', string>,
  ) {
    this.far = `https://${far}`;
    this.near = `https://${near}`;
    this.#nobody = `https://${nobody}`;
  }

  static async launch(net: TwoLinkLab, version: 'v4' | 'v6'): Promise<ProtocolsApplication> {
    using authority = new CertificateAuthority();
    const pair = authority.issue('DNS:lab.example');
    const [far, near, connect, socks] = await Promise.all([
      net.server.secureHttp(pair),
      net.router.secureHttp(pair),
      net.server.connectProxy(),
      net.server.socksProxy(),
    ]);
    const { server, wifiGateway } = net.addresses;
    const host = (address: string): string => (version === 'v6' ? `[${address}]` : address);
    const at = (address: string, { port }: LabServer): string => `${host(address)}:${port}`;
    const nobody = version === 'v6' ? '2001:db8:3::77' : '203.0.113.77';
    await net.router.ip(`route add blackhole ${nobody}`);
    const proxies = {
      connect: `http://${at(server[version], connect)}`,
      socks: `socks5://${at(server[version], socks)}`,
    };
    const application = await Application.launch('protocols', 'main.cjs', { proxies });
    const pages = await pagesOf(application);
    return new ProtocolsApplication(application, pages.direct, pages, {
      far: at(server[version], far),
      near: at(wifiGateway[version], near),
      nobody: host(nobody),
    });
  }

  /** Opens a connection of that kind; resolves once it is open, or is not yet answered where that is what it is. */
  async open(name: string, { by, kind, to, path }: ConnectionKind): Promise<void> {
    const secure = to === 'server' ? this.far : this.#nobody;
    const isSocket = kind === 'socket' || kind === 'connecting';
    const target = { name, kind, url: (isSocket ? secure.replace('https', 'wss') : secure) + path };
    if (by === 'main') {
      await this.application.electron.evaluate(
        (_electron, it) => protocolsMain.open[it.kind as 'fetch'](it.name, it.url),
        target,
      );
    } else if (by === 'service worker') {
      await this.page.evaluate(
        (it) => protocolsPage.inServiceWorker(it.kind as 'stream', it.name, it.url),
        target,
      );
    } else {
      await this.#pageOf(by).evaluate(
        (it) => protocolsPage.open[it.kind as 'stream'](it.name, it.url),
        target,
      );
    }
  }

  /** What was noted of a connection. */
  async story(name: string, { by }: ConnectionKind): Promise<readonly string[]> {
    const log =
      by === 'main'
        ? await this.application.electron.evaluate(() => protocolsMain.log)
        : await this.#pageOf(by).evaluate(() => protocolsPage.log);
    return log.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  }

  /** The body of a new request of a page's. */
  ask(by: Exclude<Opener, 'main' | 'service worker'>, url: string): Promise<string> {
    return this.#pageOf(by).evaluate((target) => protocolsPage.ask(target), url);
  }

  #pageOf(by: Exclude<Opener, 'main'>): Page {
    if (by === 'page behind CONNECT') return this.pagesBehind.connect;
    return by === 'page behind SOCKS5' ? this.pagesBehind.socks : this.page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.quit();
  }
}

async function pagesOf({ electron }: Application): Promise<Record<'direct' | 'connect' | 'socks', Page>> {
  const find = (host: string): Page | undefined =>
    electron.windows().find((page) => page.url().startsWith(`plain://${host}/`));
  const loaded = async (host: string): Promise<Page> => {
    await eventually(() => find(host)?.evaluate(() => globalThis.protocolsPage !== undefined)).toBe(true);
    const page = find(host);
    if (page === undefined) throw new Error(`no page of plain://${host}`);
    return page;
  };
  const [direct, connect, socks] = await Promise.all([loaded('direct'), loaded('connect'), loaded('socks')]);
  return { direct, connect, socks };
}
