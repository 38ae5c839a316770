import type { ConnectionRegistry, Family, NetworkMonitor } from 'roamkit';
import type { Dialer } from './dialer.js';
import { flowDialer } from './flow-dialer.js';

/** A flow to whatever is the default gateway when it is opened. */
export function gatewayDialer(
  registry: ConnectionRegistry,
  monitor: NetworkMonitor,
  label: string,
  family: Family,
): Dialer {
  const gateway = (): string | null => monitor.state.defaultPaths[family]?.gateway ?? null;
  const nowhere = family === 4 ? '0.0.0.0' : '::';
  return {
    label,
    get peer() {
      return `watched only: ${gateway() ?? 'none'}`;
    },
    get address() {
      return gateway();
    },
    get hasPeer() {
      return gateway() !== null;
    },
    dial: () => flowDialer(registry, monitor, label, gateway() ?? nowhere).dial(),
  };
}
