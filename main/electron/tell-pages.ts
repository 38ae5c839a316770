import type { Clock } from '../../core/reconnect/clock.js';
import { withJitter } from '../../core/reconnect/jitter.js';
import type { ReconnectSignal } from '../../core/reconnect/signal.js';
import type { ViewedMonitor } from '../reconnect/path-view.js';
import { reconnectSignals } from '../reconnect/reconnect-signals.js';
import type { Connection } from '../registry/connection.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import type { ConnectionEvent } from '../registry/registry-events.js';
import { invalidatedEvent } from './invalidated-event.js';
import type { HostOptions } from './options.js';
import type { Windows } from './windows.js';

export interface TellPagesContext {
  readonly monitor: ViewedMonitor;
  readonly registry: Pick<ConnectionRegistry, 'on' | 'off'>;
  readonly windows: Pick<Windows, 'pages'>;
  readonly settings: Pick<HostOptions, 'exposeAddresses' | 'reconnectJitterMs' | 'reconnectWhen'>;
  /** The main process's own share of reconnect signals. */
  readonly onReconnect: (signal: ReconnectSignal) => void;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Tells pages what monitor and registry report, and when to reconnect. Returns what stops it. */
export function tellPages(context: TellPagesContext): () => void {
  const { monitor, registry, windows, settings, onReconnect, clock, random } = context;
  // Without jitter of its own: each page draws one, and so does the main process.
  const signals = reconnectSignals(monitor, registry, {
    jitterMs: 0,
    clock,
    waitFor: settings.reconnectWhen,
  });
  signals.subscribe((signal) => {
    const jittered = (): ReconnectSignal => withJitter(signal, settings.reconnectJitterMs, random);
    for (const { channel, connections } of windows.pages()) {
      channel.tell('reconnect', { ...jittered(), affected: connections.affected() });
    }
    onReconnect(jittered());
  });
  const changed = (): void => {
    for (const { channel } of windows.pages()) channel.stateChanged();
  };
  const untracked = ({ id, state }: Connection): void => {
    // `invalidated` follows at once, and has to find its page.
    if (state === 'invalidated') return;
    for (const { connections } of windows.pages()) connections.forget(id);
  };
  const invalidated = (event: ConnectionEvent): void => {
    const { connection, reason } = event;
    if (reason === null) return;
    const message = invalidatedEvent(event, reason, monitor.state.generation, settings.exposeAddresses);
    if (message === null) return;
    for (const { channel, connections } of windows.pages()) {
      if (connection.owner === 'main' || connections.has(connection.id)) channel.tell('invalidated', message);
      connections.forget(connection.id);
    }
  };
  monitor.on('change', changed);
  registry.on('untracked', untracked);
  registry.on('invalidated', invalidated);
  return () => {
    monitor.off('change', changed);
    registry.off('untracked', untracked);
    registry.off('invalidated', invalidated);
    signals.close();
  };
}
