import { connect, isIP } from 'node:net';
import type { ConnectionRegistry } from 'roamkit';
import type { Target } from '../../shared/options.js';
import type { Dialer } from './dialer.js';

// What the lab and a local network need is far below it.
const CONNECT_TIMEOUT_MS = 5000;

/** `203.0.113.1:80`, `[2001:db8::1]:80`. */
export function targetText({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A plain TCP connection, tracked from the start. */
export function tcpDialer(
  registry: ConnectionRegistry,
  label: string,
  target: Target,
  { source }: { readonly source?: string } = {},
): Dialer {
  const { host, port } = target;
  return {
    label,
    peer: `TCP ${targetText(target)}`,
    address: isIP(host) === 0 ? null : host,
    ...(source === undefined ? {} : { source }),
    dial: () => {
      const socket = connect({
        host,
        port,
        keepAlive: true,
        ...(source === undefined ? {} : { localAddress: source }),
      });
      // The reason is in the connection's state; here it only must not end the application.
      socket.on('error', () => {});
      socket.resume();
      socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
      socket.once('connect', () => socket.setTimeout(0));
      return {
        connection: registry.track(socket, { label }),
        onOpen: (handler) => socket.once('connect', handler),
        onClose: (handler) => socket.once('close', () => handler()),
        close: () => socket.destroy(),
      };
    },
  };
}
