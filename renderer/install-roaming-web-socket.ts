import { markStandIn, nativeWebSocket } from './native-web-socket.js';
import { RoamingWebSocket } from './roaming-web-socket.js';
import type { RoamingWebSocketOptions } from './roaming-web-socket-options.js';

/**
 * Puts a {@link RoamingWebSocket} in the place of the page's `WebSocket`, for applications and libraries whose code cannot be changed.
 * Call it before they run. `instanceof WebSocket` holds for sockets of both kinds, and the constants are there.
 *
 * Such code was written for sockets that never come back, and mostly opens another by itself when one has closed. So by default
 * (`maxRetries: 0`) a socket still ends with its connection, but `close` comes at once when the path is dead, and not after minutes.
 * Where the code opens no other, let the sockets do it:
 *
 * ```ts
 * installRoamingWebSocket({ maxRetries: Number.POSITIVE_INFINITY });
 * ```
 *
 * @param options for each socket.
 * @returns what puts the former class back, unless another took the place meanwhile. Sockets that were opened stay as they are.
 */
export function installRoamingWebSocket(options: RoamingWebSocketOptions = {}): () => void {
  const former = globalThis.WebSocket;
  const native = nativeWebSocket();

  class InstalledWebSocket extends RoamingWebSocket {
    constructor(url: string | URL, protocols: string | readonly string[] = []) {
      super(url, protocols, { maxRetries: 0, WebSocket: native, ...options });
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof native || value instanceof RoamingWebSocket;
    }

    get [Symbol.toStringTag](): string {
      return 'WebSocket';
    }
  }
  Object.defineProperty(InstalledWebSocket, 'name', { value: 'WebSocket' });
  markStandIn(InstalledWebSocket, native);
  globalThis.WebSocket = InstalledWebSocket as unknown as typeof WebSocket;
  return () => {
    if (globalThis.WebSocket === (InstalledWebSocket as unknown)) globalThis.WebSocket = former;
  };
}
