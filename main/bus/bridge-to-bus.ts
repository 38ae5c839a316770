import type { NetworkChange } from '../../core/network-diff.js';
import { type Clock, systemClock } from '../../core/reconnect/clock.js';
import type { MonitorBatch } from '../monitor/backend.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import type { NetworkMessage } from './messages.js';
import { GATEWAY_CHANGED, LOOK_AFTER_SLEEP, messagesForRoutes } from './network-messages.js';
import { Pacer } from './pacer.js';
import type { SystemBus } from './system-bus.js';

/** Whose news {@link bridgeToBus} brings to a bus. */
export interface BusSources {
  /** Messages of class `network` and `system-state`. */
  readonly monitor: Pick<NetworkMonitor, 'on' | 'off' | 'state'>;
  /** The machine's sleep, in class `system-state`, and answers to requests of class `metrics`. Default: neither. */
  readonly registry?: Pick<ConnectionRegistry, 'on' | 'off' | 'metrics'>;
}

// A frame, as long as windows wait for their next state: a storm of routes becomes 60 messages of a kind a second.
const INTERVAL_MS = 16;

/**
 * Publishes on a bus what a monitor tells: `network` messages on changes of routes and gateways, `system-state`
 * messages on changes of status and generation; and for a registry, `system-state` messages around the machine's
 * sleep, and answers to requests for metrics. A change of the network is told at once, those that follow at most every 16
 * ms, each kind of message once. While nobody subscribes to a class, its
 * messages are not even made. `startRoamkit` calls it for `roamkit.bus`.
 *
 * ```ts
 * const bus = new SystemBus();
 * using bridge = bridgeToBus(bus, { monitor, registry });
 * bus.subscribe('network', (message) => console.log(JSON.stringify(message))); // {"rt":"add"}
 * ```
 *
 * It ends with the monitor, or when it is disposed of.
 */
export function bridgeToBus(bus: SystemBus, sources: BusSources, clock: Clock = systemClock): Disposable {
  const { monitor, registry } = sources;
  const network = new Pacer<NetworkMessage>(
    INTERVAL_MS,
    (messages) => {
      for (const message of messages) bus.publish('network', message);
    },
    clock,
  );
  // A default path may change with no route of a gateway: another source, or a gateway that answers no more. The batch that
  // brought it is told after it.
  let hasGatewayChanged = false;
  const gatewayChanged = (): void => {
    hasGatewayChanged = true;
  };
  const batched = (batch: MonitorBatch): void => {
    const hasRoutes = batch.routes.length + batch.omittedRoutes > 0;
    if ((hasRoutes || hasGatewayChanged) && bus.hasSubscribers('network')) {
      const messages = messagesForRoutes(batch);
      network.note(hasGatewayChanged ? messages.add(GATEWAY_CHANGED) : messages);
    }
    hasGatewayChanged = false;
  };
  const state = new Pacer<'state'>(
    INTERVAL_MS,
    () => {
      const { status, validated, generation } = monitor.state;
      bus.publish('system-state', { status, validated, generation });
    },
    clock,
  );
  const changed = ({ statusChanged, generationChanged }: NetworkChange): void => {
    if ((statusChanged || generationChanged) && bus.hasSubscribers('system-state')) state.note(['state']);
  };
  monitor.on('batch', batched);
  monitor.on('gateway', gatewayChanged);
  monitor.on('change', changed);
  const stopRegistry = registry === undefined ? () => {} : bridgeRegistry(bus, registry);
  return {
    [Symbol.dispose]: () => {
      monitor.off('batch', batched);
      monitor.off('gateway', gatewayChanged);
      monitor.off('change', changed);
      stopRegistry();
      network.close();
      state.close();
    },
  };
}

function bridgeRegistry(
  bus: SystemBus,
  registry: Pick<ConnectionRegistry, 'on' | 'off' | 'metrics'>,
): () => void {
  const suspended = (): void => bus.publish('system-state', { power: 'suspend' });
  const resumed = (): void => {
    bus.publish('system-state', { power: 'resume' });
    bus.publish('network', LOOK_AFTER_SLEEP);
  };
  registry.on('suspended', suspended);
  registry.on('resumed', resumed);
  const unsubscribe = bus.subscribe('metrics', (message) => {
    if ('request' in message) bus.publish('metrics', { snapshot: registry.metrics() });
  });
  return () => {
    registry.off('suspended', suspended);
    registry.off('resumed', resumed);
    unsubscribe();
  };
}
