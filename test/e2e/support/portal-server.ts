import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a server answers to a path. */
export type Answer = string | ((request: IncomingMessage, response: ServerResponse) => void);

/** A web server on loopback, in this process, as somebody would write it who wants out of the sign-in window. */
export class PortalServer implements AsyncDisposable {
  readonly requests: IncomingMessage[] = [];
  readonly origin: string;
  readonly #server: http.Server;

  private constructor(server: http.Server, scheme: 'http' | 'https') {
    this.#server = server;
    this.origin = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Serves `answers` by path; a string is a page's HTML. */
  static async start(answers: Readonly<Record<string, Answer>> = {}): Promise<PortalServer> {
    return PortalServer.#listen(http.createServer(), 'http', answers);
  }

  /** The same over TLS, with a certificate that it signed itself. */
  static async startSelfSigned(answers: Readonly<Record<string, Answer>> = {}): Promise<PortalServer> {
    return PortalServer.#listen(https.createServer(selfSigned()), 'https', answers);
  }

  static async #listen(
    server: http.Server,
    scheme: 'http' | 'https',
    answers: Readonly<Record<string, Answer>>,
  ): Promise<PortalServer> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const portal = new PortalServer(server, scheme);
    server.on('request', (request, response) => portal.#answer(answers, request, response));
    return portal;
  }

  /** How many requests it got for a path. */
  count(pathname: string): number {
    return this.requests.filter(({ url }) => url === pathname).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(
    answers: Readonly<Record<string, Answer>>,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    this.requests.push(request);
    const answer = answers[request.url ?? ''] ?? '<title>a portal</title><h1>Welcome</h1>';
    if (typeof answer === 'function') answer(request, response);
    else response.setHeader('content-type', 'text/html').end(answer);
  }
}

function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(path.join(tmpdir(), 'roamkit-e2e-tls-'));
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  try {
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
