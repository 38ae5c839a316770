import type { NetworkChange } from '../../core/network-diff.js';
import type { Clock } from '../../core/reconnect/clock.js';
import { ReconnectSignals } from '../../core/reconnect/reconnect-signals.js';
import type { ReconnectSignal } from '../../core/reconnect/signal.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { Connection } from '../registry/connection.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import type { ConnectionEvent } from '../registry/registry-events.js';
import { invalidatedEvent } from './invalidated-event.js';
import type { HostOptions } from './options.js';
import { withJitter } from './reconnect-jitter.js';
import type { Windows } from './windows.js';

export interface TellPagesContext {
  readonly monitor: Pick<NetworkMonitor, 'on' | 'off' | 'state'>;
  readonly registry: Pick<ConnectionRegistry, 'on' | 'off'>;
  readonly windows: Pick<Windows, 'pages'>;
  readonly settings: Pick<HostOptions, 'exposeAddresses' | 'reconnectJitterMs'>;
  /** The main process's own share of reconnect signals. */
  readonly onReconnect: (signal: ReconnectSignal) => void;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Tells pages what monitor and registry report, and when to reconnect. Returns what stops it. */
export function tellPages(context: TellPagesContext): () => void {
  const { monitor, registry, windows, settings, onReconnect, clock, random } = context;
  const signals = new ReconnectSignals(
    (signal) => {
      const jittered = (): ReconnectSignal => withJitter(signal, settings.reconnectJitterMs, random);
      for (const { channel } of windows.pages()) channel.tell('reconnect', jittered());
      onReconnect(jittered());
    },
    () => monitor.state,
    clock,
  );
  const changed = (change: NetworkChange): void => {
    for (const { channel } of windows.pages()) channel.stateChanged();
    signals.changed(change);
  };
  const suspected = ({ connection, reason }: ConnectionEvent): void => {
    const entry = reason === null ? null : connection.policy[reason];
    if (entry?.action === 'invalidate') signals.suspected(connection.id, entry.graceMs);
  };
  const cleared = ({ connection }: ConnectionEvent): void => signals.settled(connection.id);
  const untracked = ({ id, state }: Connection): void => {
    // `invalidated` follows at once, and has to find its page.
    if (state === 'invalidated') return;
    for (const { connections } of windows.pages()) connections.forget(id);
    signals.settled(id);
  };
  const invalidated = (event: ConnectionEvent): void => {
    const { connection, reason } = event;
    if (reason === null) return;
    const message = invalidatedEvent(event, reason, monitor.state.generation, settings.exposeAddresses);
    for (const { channel, connections } of windows.pages()) {
      if (connection.owner === 'main' || connections.has(connection.id)) channel.tell('invalidated', message);
      connections.forget(connection.id);
    }
    signals.invalidated(connection.id, reason);
  };
  monitor.on('change', changed);
  registry.on('suspect', suspected);
  registry.on('recovered', cleared);
  registry.on('rerouted', cleared);
  registry.on('untracked', untracked);
  registry.on('invalidated', invalidated);
  return () => {
    monitor.off('change', changed);
    registry.off('suspect', suspected);
    registry.off('recovered', cleared);
    registry.off('rerouted', cleared);
    registry.off('untracked', untracked);
    registry.off('invalidated', invalidated);
    signals.close();
  };
}
