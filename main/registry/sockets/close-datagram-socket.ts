import type { Socket } from 'node:dgram';
import type { UnroutableError } from '../../../core/errors.js';
import type { Flow } from '../../../core/verdict-types.js';
import { isConnectedTo } from './flow-of-socket.js';

/**
 * Closes a connected UDP socket, which cannot be destroyed with an error: its 'error' listeners hear why, as of an error of
 * the kernel's, then it is closed, unless one of them did. One that has left the flow's peer meanwhile is left alone.
 */
export function closeDatagramSocket(socket: Socket, flow: Flow, error: UnroutableError): void {
  // As net.Socket does: whoever closes hears of it later.
  process.nextTick(close, socket, flow, error);
}

function close(socket: Socket, flow: Flow, error: UnroutableError): void {
  if (!isConnectedTo(socket, flow)) return;
  try {
    if (socket.listenerCount('error') > 0) socket.emit('error', error);
  } finally {
    if (isConnectedTo(socket, flow)) socket.close();
  }
}
