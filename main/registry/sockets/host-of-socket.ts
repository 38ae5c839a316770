import type { Socket } from 'node:net';

/** The names by which an application asked for a socket's peer, as far as they are known now. */
export function hostsOfSocket(socket: Socket): readonly string[] {
  // Where a socket was told to connect to, Node keeps in `_host` from connect() on (a name; of an address nothing is
  // kept, but that is the peer's anyway). What a TLS client asked its peer to be is the better name: a proxy's is `_host`.
  const { _host, servername, _tlsOptions } = socket as Socket & SocketInternals;
  const isServer = _tlsOptions?.isServer === true;
  return [_host, isServer ? null : servername].flatMap((host) => host || []);
}

interface SocketInternals {
  readonly _host?: string | null;
  /** Of a server's socket, its own name, not its peer's. */
  readonly servername?: string | false | null;
  readonly _tlsOptions?: { readonly isServer?: boolean };
}
