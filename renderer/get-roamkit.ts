import { BRIDGE_KEY, type RoamkitBridge } from '../ipc/bridge.js';
import { RoamkitClient } from './roamkit-client.js';

let client: RoamkitClient | undefined;

/**
 * The page's client; the same one until it is closed. It listens from the first call on.
 *
 * ```ts
 * const roamkit = getRoamkit();
 * const socket = new WebSocket(url);
 * const { id } = await roamkit.track(url);
 * roamkit.on('invalidated', (event) => event.id === id && socket.close());
 * roamkit.on('reconnect', ({ urgency, delayMs }) => urgency === 'now' && setTimeout(reopen, delayMs));
 * ```
 *
 * Where there is no bridge (a plain browser, a test, a server that renders the page) it works all the same: the status
 * is `unknown`, or `offline` where `navigator.onLine` is `false`, and `capabilities` says why.
 */
export function getRoamkit(): RoamkitClient {
  if (client === undefined || client.isClosed) {
    client = new RoamkitClient(Reflect.get(globalThis, BRIDGE_KEY) as RoamkitBridge | undefined);
  }
  return client;
}
