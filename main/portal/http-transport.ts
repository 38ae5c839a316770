import type { IncomingMessage } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { withoutTracking } from '../registry/sockets/without-tracking.js';
import { cancellableLookup } from './cancellable-lookup.js';
import type { PortalAnswer, PortalRequest, PortalTransport } from './transport.js';

/** How to make an {@link httpTransport}. */
export interface HttpTransportOptions {
  /**
   * Resolves names, as `lookup` of `net.connect`. Default: by the system's name servers, and by all else that the system knows
   * where they know none; given up with the request.
   */
  readonly lookup?: LookupFunction;
}

/**
 * The transport that a portal detector uses by default: `node:http`, on a connection of its own each time, so that neither a pool, a
 * proxy from the environment nor a cache stands in between. Certificates are always verified, whatever the environment says.
 */
export function httpTransport({ lookup }: HttpTransportOptions = {}): PortalTransport {
  return (request, signal) => new Exchange(request, signal, lookup ?? cancellableLookup(signal)).answer;
}

class Exchange {
  readonly answer: Promise<PortalAnswer>;

  constructor(request: PortalRequest, signal: AbortSignal, lookup: LookupFunction) {
    this.answer = new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const { url, family, source, headers, mostBodyBytes } = request;
      const send = url.protocol === 'https:' ? secureRequest : plainRequest;
      const outgoing = withoutTracking(() =>
        send(url, {
          method: 'GET',
          agent: false,
          family,
          headers,
          ...(source === null ? {} : { localAddress: source }),
          lookup,
          rejectUnauthorized: true,
        }),
      );
      let body: ReadBody | undefined;
      const finish = (settle: () => void): void => {
        signal.removeEventListener('abort', aborted);
        settle();
        outgoing.destroy();
      };
      const failed = (error: unknown): void =>
        finish(() => (body === undefined ? reject(error) : resolve(body.answer('broken'))));
      const aborted = (): void => failed(signal.reason);
      signal.addEventListener('abort', aborted);
      // Stays to the end: what a destroyed request has to say more interests nobody, and must not be uncaught.
      outgoing.on('error', failed);
      outgoing.on('close', () => failed(new Error('the connection was closed')));
      outgoing.on('response', (response) => {
        body = new ReadBody(response, mostBodyBytes, (end, answer) => finish(() => resolve(answer(end))));
      });
      outgoing.end();
    });
  }
}

type BodyEnd = PortalAnswer['end'];

class ReadBody {
  readonly #response: IncomingMessage;
  readonly #remoteAddress: string | null;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    response: IncomingMessage,
    mostBytes: number,
    ended: (end: BodyEnd, answer: (end: BodyEnd) => PortalAnswer) => void,
  ) {
    this.#response = response;
    this.#remoteAddress = response.socket.remoteAddress ?? null;
    const answer = (end: BodyEnd): PortalAnswer => this.answer(end);
    response.on('error', () => ended('broken', answer));
    response.on('end', () => ended(response.complete ? 'whole' : 'broken', answer));
    response.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk.subarray(0, mostBytes - this.#bytes));
      this.#bytes += chunk.length;
      if (this.#bytes > mostBytes) ended('cut', answer);
    });
  }

  answer(end: BodyEnd): PortalAnswer {
    return {
      status: this.#response.statusCode ?? 0,
      headers: Object.fromEntries(
        Object.entries(this.#response.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: Buffer.concat(this.#chunks),
      end,
      remoteAddress: this.#remoteAddress,
    };
  }
}
