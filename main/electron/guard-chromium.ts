import type { App } from 'electron';
import { ChromiumConnections } from '../chromium/chromium-connections.js';
import { type ChromiumGuard, noGuard } from '../chromium/chromium-guard.js';
import { loadNativeAddon } from '../monitor/native-addon.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import { NetworkService } from './network-service.js';

export interface GuardChromiumContext {
  readonly app: Pick<App, 'getAppMetrics' | 'on' | 'off' | 'commandLine'>;
  readonly monitor: NetworkMonitor;
  readonly registry: ConnectionRegistry;
  /** The option `chromium`. */
  readonly isWanted: boolean;
  /** The monitor's option `netns`. */
  readonly netns: string | undefined;
}

/** Looks after the connections of Chromium's network service, as far as that can be done here. */
export function guardChromium(context: GuardChromiumContext): ChromiumGuard {
  const { app, monitor, registry, isWanted, netns } = context;
  if (!isWanted)
    return noGuard('none', 'Chromium’s connections are left alone: the option `chromium` is false');
  if (netns !== undefined) {
    return noGuard(
      'none',
      'Chromium’s connections are left alone: the monitor looks at another network namespace',
    );
  }
  if (monitor.capabilities.backend !== 'netlink') {
    return noGuard(
      'coarse',
      'Chromium’s connections cannot be ended one by one: that needs Linux and its netlink',
    );
  }
  // Then they are among the main process's own, and those are Node's too.
  if (/\bNetworkServiceInProcess/.test(app.commandLine.getSwitchValue('enable-features'))) {
    return noGuard(
      'coarse',
      'Chromium’s connections cannot be told from Node’s: its network service runs in the main process',
    );
  }
  const service = new NetworkService(app, () => void connections.inventory());
  const connections = new ChromiumConnections({
    monitor,
    registry,
    addon: loadNativeAddon(),
    processes: () => service.processes(),
  });
  return {
    get access() {
      return connections.access;
    },
    inventory: () => connections.inventory(),
    close() {
      service[Symbol.dispose]();
      connections.close();
    },
  };
}
