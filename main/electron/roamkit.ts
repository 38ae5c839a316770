import { EventEmitter } from 'eventemitter3';
import type { Capabilities } from '../../core/network-types.js';
import type { ReconnectSignal } from '../../core/reconnect/signal.js';
import type { EventName } from '../../ipc/contract.js';
import type { SystemBus } from '../bus/system-bus.js';
import type { ChromiumHealing } from '../chromium/chromium-access.js';
import type { ChromiumGuard } from '../chromium/chromium-guard.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import type { PortalDetector } from '../portal/portal-detector.js';
import type { ConnectionRegistry } from '../registry/connection-registry.js';
import type { ResolverMonitor } from '../resolver/resolver-monitor.js';
import type { IpcCounts } from './ipc-host.js';
import type { ComputedCounts } from './snapshot-source.js';

/** Events of {@link Roamkit}. */
export interface RoamkitEvents {
  /** When and how to reconnect, for code in the main process. Windows get the same, each with its own `delayMs`. */
  reconnect: [signal: ReconnectSignal];
}

/** What pages asked, and how they were answered. */
export interface IpcStats extends IpcCounts {
  /** Windows with a page that listens. */
  readonly subscribedWindows: number;
  /** Connections that pages track now. */
  readonly trackedConnections: number;
  readonly computed: ComputedCounts;
  /** Messages sent to pages, by event. */
  readonly sent: Readonly<Record<EventName, number>>;
}

/** What can be seen and done here: the monitor's share, and what concerns Chromium. */
export interface HostCapabilities extends Capabilities {
  /** How precisely Chromium's dead connections can be ended; why not better is in `missing`. */
  readonly chromium: ChromiumHealing;
}

/** What {@link Roamkit} is made of. */
export interface RoamkitParts
  extends Pick<Roamkit, 'monitor' | 'registry' | 'bus' | 'resolver' | 'portal' | 'chromium'> {
  readonly openPortal: () => boolean;
  readonly ipcStats: () => IpcStats;
  readonly stop: () => Promise<void>;
}

/** roamkit in an Electron application's main process; see `startRoamkit()`. */
export class Roamkit extends EventEmitter<RoamkitEvents> {
  readonly monitor: NetworkMonitor;
  /** Track the main process's own sockets here. Pages' connections are in it too, with owner `page`. */
  readonly registry: ConnectionRegistry;
  /** What the network and the machine do, as messages; bridged to `monitor` and `registry`. */
  readonly bus: SystemBus;
  /** How names are resolved; tells `dns` when that is another way. */
  readonly resolver: ResolverMonitor;
  /** Tells captive portals; `null` where `startRoamkit({ portal: false })` said so. Its findings are in `monitor.state`. */
  readonly portal: PortalDetector | null;
  /** Looks after Chromium's own connections, which are in the registry with owner `chromium`. */
  readonly chromium: ChromiumGuard;
  readonly #openPortal: () => boolean;
  readonly #ipcStats: () => IpcStats;
  readonly #stop: () => Promise<void>;
  #stopped: Promise<void> | undefined;

  constructor(parts: RoamkitParts) {
    super();
    this.monitor = parts.monitor;
    this.registry = parts.registry;
    this.bus = parts.bus;
    this.resolver = parts.resolver;
    this.portal = parts.portal;
    this.chromium = parts.chromium;
    this.#openPortal = parts.openPortal;
    this.#ipcStats = parts.ipcStats;
    this.#stop = parts.stop;
  }

  /** What can be seen and done here, as far as it has shown. */
  get capabilities(): HostCapabilities {
    const { capabilities } = this.monitor;
    const { healing, reason } = this.chromium.access;
    const missing = reason === null ? capabilities.missing : [...capabilities.missing, reason];
    return { ...capabilities, missing, chromium: healing };
  }

  /** Counters, taken at the time of the call. */
  get ipcStats(): IpcStats {
    return this.#ipcStats();
  }

  /**
   * Opens the sign-in window of the network's captive portal, or brings it to the front: call it for an act of the user's only, a click
   * in a menu or on a notification. It closes by itself when the user is through, or the network is another one.
   * @returns whether it is open; `false` where there is no portal.
   */
  openPortal(): boolean {
    return this.#openPortal();
  }

  /**
   * Stops everything and takes the preload script back. Connections stay as they are; pages keep their last snapshot.
   * Idempotent. After it, roamkit may be started again.
   */
  dispose(): Promise<void> {
    this.removeAllListeners();
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** The same as {@link Roamkit.dispose}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
