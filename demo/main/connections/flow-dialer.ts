import type { ConnectionRegistry, NetworkMonitor } from 'roamkit';
import type { Dialer } from './dialer.js';

/**
 * A flow without a socket: what the way to a peer would be. Nothing is ever sent, so it can stand for peers that
 * this computer may not be able, or allowed, to talk to.
 */
export function flowDialer(
  registry: ConnectionRegistry,
  monitor: NetworkMonitor,
  label: string,
  address: string,
): Dialer {
  return {
    label,
    peer: `watched only: ${address}`,
    address,
    dial: () => {
      const { source } = monitor.lookup(address);
      const closed: (() => void)[] = [];
      const connection = registry.track(
        {
          protocol: 'udp',
          remote: { address, port: 0 },
          ...(source === null ? {} : { local: { address: source, port: 0 } }),
          close: () => {
            for (const handler of closed.splice(0)) handler();
          },
        },
        { label },
      );
      return {
        connection,
        onOpen: (handler) => queueMicrotask(handler),
        onClose: (handler) => closed.push(handler),
        close: () => connection.untrack(),
      };
    },
  };
}
