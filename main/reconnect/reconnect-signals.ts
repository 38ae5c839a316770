import { isIP } from 'node:net';
import { checkDelayMs } from '../../core/durations.js';
import { invalidArgument } from '../../core/errors.js';
import { type Clock, systemClock } from '../../core/reconnect/clock.js';
import type { ReconnectSource } from '../../core/reconnect/reconnect-source.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import { NetworkSource } from './network-source.js';
import { onlineView } from './online-view.js';
import { defaultPathsView, destinationView, type PathView, type ViewedMonitor } from './path-view.js';

/** How to make signals. */
export interface ReconnectSignalsOptions {
  /**
   * What a way to the internet is: `path`: a default route; `online`: one that a `PortalDetector` of the same monitor has found open, or
   * could find out nothing about (`limited`). While it looks, and while a portal holds the network back, there is none: nobody
   * tries to connect in vain. Not with a `destination`, which a portal may not be in front of. Default `path`.
   */
  readonly waitFor?: 'path' | 'online';
  /**
   * The peer's address, or all it has, as IP literals: then only the way there counts, whichever that is (a local network, a
   * VPN, loopback), and the generation grows when it becomes another one. Default: the default paths, the way to the internet.
   */
  readonly destination?: string | readonly string[];
  /** The longest `delayMs` of a signal: each subscriber draws its own, from 0 on. Default 50, as for windows. */
  readonly jitterMs?: number;
  /** Time, for tests. Default: the real one. */
  readonly clock?: Clock;
  /** Chance, 0 to 1, for tests. Default `Math.random`. */
  readonly random?: () => number;
}

/** Reconnect signals, for a `Reconnector` and for whoever subscribes. */
export interface ReconnectSignalSource extends ReconnectSource, Disposable {
  /** No signal comes any more. Idempotent. */
  close(): void;
}

/**
 * Tells when and how to reconnect, from what the monitor sees and, with a registry, from what it invalidates: for one loss there
 * is one signal, and it comes after the invalidations.
 *
 * ```ts
 * const network = reconnectSignals(monitor, registry);
 * network.subscribe(({ urgency, cause, delayMs }) => console.log(urgency, cause, delayMs));
 * ```
 *
 * One source serves any number of connections. It ends with `close()`, and tells nothing more once the monitor is closed.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` on an option it cannot use, naming it.
 */
export function reconnectSignals(
  monitor: ViewedMonitor,
  registry: Pick<ConnectionRegistry, 'on' | 'off'> | null = null,
  options: ReconnectSignalsOptions = {},
): ReconnectSignalSource {
  const { destination, waitFor = 'path', jitterMs = 50, clock = systemClock, random = Math.random } = options;
  checkDelayMs(jitterMs, 'jitterMs');
  checkWaitFor(waitFor, destination);
  return new NetworkSource({ registry, view: viewOf(), jitterMs, clock, random });

  function viewOf(): PathView {
    if (destination !== undefined) return destinationView(monitor, checkDestinations(destination));
    return waitFor === 'online' ? onlineView(monitor) : defaultPathsView(monitor);
  }
}

function checkWaitFor(waitFor: unknown, destination: unknown): void {
  if (waitFor !== 'path' && waitFor !== 'online') {
    throw invalidArgument('waitFor', `must be path or online, not ${String(waitFor)}`);
  }
  if (waitFor === 'online' && destination !== undefined) {
    throw invalidArgument('waitFor', 'cannot be online for a destination');
  }
}

function checkDestinations(destination: string | readonly string[]): readonly string[] {
  const addresses = typeof destination === 'string' ? [destination] : destination;
  if (!Array.isArray(addresses) || addresses.length === 0) {
    throw invalidArgument('destination', 'must be an IP address, or a list of at least one');
  }
  for (const address of addresses as readonly unknown[]) {
    if (typeof address === 'string' && isIP(address) !== 0) continue;
    throw invalidArgument('destination', `must be an IP address, not '${String(address)}'`);
  }
  return [...addresses];
}
