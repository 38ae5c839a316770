import type { PortalDiscovery } from '../../core/portal-types.js';
import type { LinkChange, PortalAnnouncement } from '../monitor/backend.js';
import type { NetworkMonitor } from '../monitor/network-monitor.js';
import { apiUrl, UNRESTRICTED } from './capport-api.js';

/**
 * Who knows the captive-portal URI of a link by other ways than router advertisements: DHCP option 114, or option 103 of DHCPv6 (RFC
 * 8910), as the system's network manager has it.
 */
export interface PortalUriSource {
  /** Calls `tell` with each link's URI, and with `null` once it has none; returns what ends that. */
  watch(tell: (announcement: { readonly ifindex: number; readonly uri: string | null }) => void): () => void;
}

/** A captive-portal API that a network named. */
export interface AnnouncedApi {
  readonly url: URL;
  readonly foundBy: Extract<PortalDiscovery, 'router-advertisement' | 'dhcp'>;
}

/** What networks say of their captive-portal APIs, by link. */
export class PortalAnnouncements {
  readonly #monitor: Pick<NetworkMonitor, 'on' | 'off'>;
  readonly #changed: (ifindex: number) => void;
  readonly #byDhcp = new Map<number, string>();
  readonly #byRouter = new Map<number, string>();
  readonly #stopSources: readonly (() => void)[];

  /** `changed` is called when a link's announcement is another one. */
  constructor(
    monitor: Pick<NetworkMonitor, 'on' | 'off'>,
    sources: readonly PortalUriSource[],
    changed: (ifindex: number) => void,
  ) {
    this.#monitor = monitor;
    this.#changed = changed;
    monitor.on('portal', this.#advertised);
    monitor.on('link', this.#linkChanged);
    this.#stopSources = sources.map((source) =>
      source.watch(({ ifindex, uri }) => this.#put(this.#byDhcp, ifindex, uri)),
    );
  }

  /** The API of a link's network, or `null` where none is named that may be asked. */
  of(ifindex: number): AnnouncedApi | null {
    const byDhcp = this.#byDhcp.get(ifindex);
    const byRouter = this.#byRouter.get(ifindex);
    // What came by DHCP was asked for and answered; an advertisement may be anybody's. Network managers hear those too, so that
    // what both say need not have come by DHCP.
    const announced = [
      { uri: byDhcp === byRouter ? undefined : byDhcp, foundBy: 'dhcp' },
      { uri: byRouter, foundBy: 'router-advertisement' },
    ] as const;
    for (const { uri, foundBy } of announced) {
      if (uri === undefined) continue;
      if (uri === UNRESTRICTED) return null;
      const url = apiUrl(uri);
      if (url !== null) return { url, foundBy };
    }
    return null;
  }

  close(): void {
    this.#monitor.off('portal', this.#advertised);
    this.#monitor.off('link', this.#linkChanged);
    for (const stop of this.#stopSources) stop();
  }

  readonly #advertised = ({ ifindex, uri }: PortalAnnouncement): void =>
    this.#put(this.#byRouter, ifindex, uri);

  readonly #linkChanged = ({ kind, link }: LinkChange): void => {
    // Behind the link may be another network when it is back.
    if (kind !== 'remove' && link.isUp && link.hasCarrier) return;
    this.#byRouter.delete(link.ifindex);
    this.#byDhcp.delete(link.ifindex);
  };

  #put(announced: Map<number, string>, ifindex: number, uri: string | null): void {
    if ((announced.get(ifindex) ?? null) === uri) return;
    if (uri === null) announced.delete(ifindex);
    else announced.set(ifindex, uri);
    this.#changed(ifindex);
  }
}
