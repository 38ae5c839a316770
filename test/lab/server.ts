import { fileURLToPath } from 'node:url';
import type { Host } from './host.js';
import type { HostProcess } from './host-process.js';

/** Options of the servers that a host has: `host.tcpEcho()` and others. */
export interface ServerOptions {
  /** Default 0: the kernel picks one. */
  readonly port?: number;
  /** The address to listen on. Default `::`, which takes IPv4 too. */
  readonly host?: string;
}

/** Options of `host.secureHttp()`: a key and its certificate, as PEM. */
export interface SecureServerOptions extends ServerOptions {
  readonly key: string;
  readonly cert: string;
}

/** Options of `host.portal()`. */
export interface PortalOptions extends ServerOptions {
  /** The host of the page to sign in on, as in a URL: an address that reaches the portal whether or not somebody has. */
  readonly page: string;
}

/** A server that runs in a host. It ends with its host at the latest. */
export class LabServer implements AsyncDisposable {
  private constructor(
    readonly port: number,
    /** The process it runs in: to stop it with SIGSTOP, say. */
    readonly process: HostProcess,
  ) {}

  /** Starts `servers/NAME.mjs` in a host and waits until it listens. */
  static async start(
    host: Host,
    name: string,
    { port = 0, host: address = '::', ...own }: ServerOptions,
  ): Promise<LabServer> {
    const script = fileURLToPath(new URL(`./servers/${name}.mjs`, import.meta.url));
    const server = await host.spawn(process.execPath, [
      script,
      JSON.stringify({ port, host: address, ...own }),
    ]);
    try {
      // Node starts in 0.1 s; ten seconds are for a machine with every core busy.
      const listening = JSON.parse(await server.nextLine(() => true, { timeoutMs: 10_000 })) as {
        port: number;
      };
      return new LabServer(listening.port, server);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Ends the server; the kernel resets its connections. Idempotent. */
  async close(): Promise<void> {
    await this.process.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
