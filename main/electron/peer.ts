import { lookup } from 'node:dns/promises';
import type { Session } from 'electron';
import type { TrackRequest } from '../../ipc/messages.js';
import { IpcRefusedError } from '../../ipc/refused-error.js';
import { parsedUrl, withoutBrackets } from '../urls.js';

/** The other end of a connection, as a page names it. */
export interface Peer {
  /** A host name, or an IP literal without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The addresses of a host name, in the order to be tried; rejects or is empty where there are none. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'ws:': 80,
  'http:': 80,
  'wss:': 443,
  'https:': 443,
};

/** The peer that a page asks to track. Throws `IpcRefusedError` where there is none in it. */
export function peerOf(request: TrackRequest): Peer {
  if ('url' in request) {
    const url = parsedUrl(request.url);
    const defaultPort = DEFAULT_PORTS[url?.protocol ?? ''];
    if (url === null || defaultPort === undefined || url.hostname === '') {
      throw new IpcRefusedError('schema', 'track: url must be a ws:, wss:, http: or https: URL');
    }
    return { host: withoutBrackets(url.hostname), port: url.port === '' ? defaultPort : Number(url.port) };
  }
  // Through the same parser as Chromium's own, so that both mean the same host: 127.1, international names.
  const { host, port } = request;
  const url = parsedUrl(host.includes(':') ? `ws://[${withoutBrackets(host)}]` : `ws://${host}`);
  if (url === null || url.pathname !== '/' || url.search + url.hash + url.username + url.password !== '') {
    throw new IpcRefusedError('schema', 'track: host must be a host name or an IP address');
  }
  return { host: withoutBrackets(url.hostname), port };
}

/** A peer in words: `example.com:443`, `[2001:db8::1]:443`. */
export function peerText({ host, port }: Peer): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Resolves as the session's pages do: their proxy settings and secure DNS hold. The system's resolver otherwise. */
export function sessionResolver(session: Session): ResolveHost {
  // Electron 25 has it; a stand-in for a session may not.
  if (typeof session.resolveHost === 'function') {
    return async (host) => (await session.resolveHost(host)).endpoints.map(({ address }) => address);
  }
  return async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
}
