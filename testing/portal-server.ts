import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { openNetwork, type PortalBehaviour } from './behaviour.js';
import { perform } from './perform.js';

/** A request as a {@link PortalServer} sees it. */
export interface PortalServerRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The host that was asked for: of a hijacked name, that name. */
  readonly host: string;
  /** Who asks; an IPv4 address in its own form. */
  readonly remoteAddress: string;
  readonly family: 4 | 6;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** One behaviour for all requests, or what chooses one for each. */
export type PortalScript = PortalBehaviour | ((request: PortalServerRequest) => PortalBehaviour);

/** How to start a {@link PortalServer}. */
export interface PortalServerOptions {
  /** Default {@link openNetwork}. */
  readonly behaviour?: PortalScript;
  /** Default 0: the system chooses one. */
  readonly port?: number;
  /** The address to listen on. Default `127.0.0.1`; `::` takes both families. */
  readonly host?: string;
  /** Key and certificate, PEM: then it speaks HTTPS. Default: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/**
 * A real HTTP server that behaves like a captive portal, or like the open internet, as a test chooses, and changes when the test says
 * so.
 *
 * ```ts
 * await using portal = await PortalServer.start({ behaviour: { kind: 'captive' } });
 * const detector = new PortalDetector(monitor, { endpoints: [{ url: portal.url }] });
 * await detector.detect(); // status 'portal'
 * portal.behaviour = openNetwork; // somebody signed in
 * await detector.detect(); // status 'online'
 * ```
 */
export class PortalServer implements AsyncDisposable {
  /** What it does from the next request on. */
  behaviour: PortalScript;
  /** All requests so far. */
  readonly requests: PortalServerRequest[] = [];
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(server: Server, scheme: string, behaviour: PortalScript) {
    this.#server = server;
    this.#scheme = scheme;
    this.behaviour = behaviour;
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#answer(request, response),
    );
    // What a client breaks off is no error of ours.
    server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Starts a server; rejects where the port is taken or the address is not there. */
  static async start(options: PortalServerOptions = {}): Promise<PortalServer> {
    const { behaviour = openNetwork, port = 0, host = '127.0.0.1', tls } = options;
    const server = tls === undefined ? createPlainServer() : createSecureServer(tls);
    const portal = new PortalServer(server, tls === undefined ? 'http' : 'https', behaviour);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host }, () => resolve());
    });
    return portal;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Its root, by the address that it listens on. */
  get url(): string {
    const { address, family } = this.#server.address() as AddressInfo;
    const host = family === 'IPv6' ? `[${address === '::' ? '::1' : address}]` : address;
    return `${this.#scheme}://${host}:${this.port}/`;
  }

  /** Ends the server and its connections. Idempotent. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const seen = requestOf(request);
    this.requests.push(seen);
    // The client may go at any time: that ends the behaviour, and is no error.
    response.on('error', () => {});
    request.socket.on('error', () => {});
    const { behaviour } = this;
    const chosen = typeof behaviour === 'function' ? behaviour(seen) : behaviour;
    void perform(chosen, request, response, () => {
      this.behaviour = openNetwork;
    });
  }
}

function requestOf({ method, url, headers, socket }: IncomingMessage): PortalServerRequest {
  const remoteAddress = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  return {
    method: method ?? 'GET',
    path: url ?? '/',
    host: headers.host ?? '',
    remoteAddress,
    family: remoteAddress.includes(':') ? 6 : 4,
    headers,
  };
}
