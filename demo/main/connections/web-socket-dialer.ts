import { connect, isIP } from 'node:net';
import type { ConnectionRegistry } from 'roamkit';
import { WebSocket } from 'ws';
import type { Target } from '../../shared/options.js';
import type { Dialer } from './dialer.js';
import { targetText } from './tcp-dialer.js';

const HANDSHAKE_TIMEOUT_MS = 5000;

/** A WebSocket of the main process, by the `ws` library: all that roamkit needs of it is the socket underneath. */
export function webSocketDialer(registry: ConnectionRegistry, label: string, target: Target): Dialer {
  return {
    label,
    peer: `WebSocket ${targetText(target)}`,
    address: isIP(target.host) === 0 ? null : target.host,
    dial: () => {
      const socket = connect({ ...target, keepAlive: true });
      const webSocket = new WebSocket(`ws://${targetText(target)}`, {
        createConnection: () => socket,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      });
      webSocket.on('error', () => {});
      return {
        connection: registry.track(socket, { label }),
        onOpen: (handler) => webSocket.once('open', handler),
        onClose: (handler) => webSocket.once('close', () => handler()),
        close: () => webSocket.terminate(),
      };
    },
  };
}
