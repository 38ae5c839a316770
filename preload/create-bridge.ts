import { throwLater } from '../core/throw-later.js';
import type { EventFunction, RequestFunction, RoamkitBridge } from '../ipc/bridge.js';
import { contract, type EventName, type RequestName } from '../ipc/contract.js';

/** The two functions of Electron's `ipcRenderer` that the bridge is made of. */
export interface PageIpc {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
}

/**
 * The bridge over `ipc`. Written out channel by channel: this list is all that a page can reach. Neither channel
 * names nor Electron's event objects get through.
 */
export function createBridge(ipc: PageIpc): RoamkitBridge {
  const request =
    <K extends RequestName>(key: K): RequestFunction<K> =>
    (...[input]) =>
      ipc.invoke(contract.requests[key].name, contract.version, input ?? null) as ReturnType<
        RequestFunction<K>
      >;

  const event = <K extends EventName>(key: K): EventFunction<K> => {
    // One listener of ours a channel, however many handlers a page registers.
    const handlers = new Set<(payload: never) => void>();
    ipc.on(contract.events[key].name, (_event, payload) => {
      for (const handler of [...handlers]) throwLater(() => handler(payload as never));
    });
    return (handler) => {
      // A function of its own each time, so that registering one twice is two registrations.
      const registered = (payload: never): void => handler(payload);
      handlers.add(registered);
      return () => {
        handlers.delete(registered);
      };
    };
  };

  return {
    version: () => contract.version,
    snapshot: request('snapshot'),
    subscribe: request('subscribe'),
    unsubscribe: request('unsubscribe'),
    track: request('track'),
    untrack: request('untrack'),
    recheckPortal: request('recheckPortal'),
    openPortal: request('openPortal'),
    onDelta: event('delta'),
    onInvalidated: event('invalidated'),
    onReconnect: event('reconnect'),
    onStarted: event('started'),
  };
}
