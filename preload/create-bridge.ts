import { throwLater } from '../core/throw-later.js';
import type { EventFunction, RequestFunction, RoamkitBridge } from '../ipc/bridge.js';
import { contract, type EventName, type RequestName } from '../ipc/contract.js';
import { DeliveryControl, type PageVisibility } from './delivery-control.js';

/** The two functions of Electron's `ipcRenderer` that the bridge is made of. */
export interface PageIpc {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
}

/** An event as a page may listen for it. */
interface PageEvent<K extends EventName> {
  readonly on: EventFunction<K>;
  readonly isHeard: () => boolean;
}

/**
 * The bridge over `ipc`. Written out channel by channel: this list is all that a page can reach. Neither channel
 * names nor Electron's event objects get through. All copies of the client in a page share it: main tells the page as long as one
 * of them listens.
 */
export function createBridge(ipc: PageIpc, page: PageVisibility): RoamkitBridge {
  const request =
    <K extends RequestName>(key: K): RequestFunction<K> =>
    (...[input]) =>
      ipc.invoke(contract.requests[key].name, contract.version, input ?? null) as ReturnType<
        RequestFunction<K>
      >;

  const event = <K extends EventName>(key: K, changed: () => void = () => {}): PageEvent<K> => {
    // One listener of ours a channel, however many handlers a page registers.
    const handlers = new Set<(payload: never) => void>();
    ipc.on(contract.events[key].name, (_event, payload) => {
      for (const handler of [...handlers]) throwLater(() => handler(payload as never));
    });
    const on: EventFunction<K> = (handler) => {
      // A function of its own each time, so that registering one twice is two registrations.
      const registered = (payload: never): void => handler(payload);
      handlers.add(registered);
      changed();
      return () => {
        handlers.delete(registered);
        changed();
      };
    };
    return { on, isHeard: () => handlers.size > 0 };
  };

  const delta = event('delta');
  const invalidated: PageEvent<'invalidated'> = event('invalidated', () => delivery.update());
  const reconnect: PageEvent<'reconnect'> = event('reconnect', () => delivery.update());
  const deliver = request('deliver');
  const delivery: DeliveryControl = new DeliveryControl({
    page,
    isListening: () => invalidated.isHeard() || reconnect.isHeard(),
    send: (what) => deliver({ what }),
  });
  const subscribe = request('subscribe');
  const unsubscribe = request('unsubscribe');

  return {
    version: () => contract.version,
    snapshot: request('snapshot'),
    subscribe: () => {
      const answer = subscribe();
      delivery.subscribed();
      return answer;
    },
    unsubscribe: async () => {
      // Another copy of the client is still there.
      if (delta.isHeard()) return { ok: true, value: null };
      delivery.unsubscribed();
      return unsubscribe();
    },
    track: request('track'),
    untrack: request('untrack'),
    isSuspect: request('isSuspect'),
    recheckPortal: request('recheckPortal'),
    openPortal: request('openPortal'),
    onDelta: delta.on,
    onInvalidated: invalidated.on,
    onReconnect: reconnect.on,
    onStarted: event('started').on,
  };
}
