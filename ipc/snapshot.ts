import type { Capabilities, Link, NetworkStatus } from '../core/network-types.js';
import type { PortalInfo } from '../core/portal-types.js';

/** How packets to the internet leave, as far as a page may know. */
export interface ConnectivityPath {
  /** Egress link's name. */
  readonly link: string;
  readonly ifindex: number;
  /** The gateway; `null` where there is none, or where `capabilities.addresses` is `false`. */
  readonly gateway: string | null;
  /** The source address; `null` where there is none, or where `capabilities.addresses` is `false`. */
  readonly source: string | null;
}

/** A link that a default path uses. */
export type ConnectivityLink = Pick<Link, 'ifindex' | 'name' | 'kind' | 'isUp' | 'hasCarrier'>;

/**
 * What a page is shown of a captive portal. Never a URL: portals put the device's MAC and IP address into theirs, and the sign-in
 * window, which needs it, is the main process's.
 */
export interface ConnectivityPortal extends Omit<PortalInfo, 'url' | 'venueInfoUrl'> {
  /** The portal's page is loaded over `https:`. */
  readonly isSecure: boolean;
}

/** What roamkit can see here, and what of it a page is shown. */
export interface ConnectivityCapabilities extends Omit<Capabilities, 'backend'> {
  /** `none`: the page has no working bridge to roamkit; only `navigator.onLine` is known. */
  readonly backend: Capabilities['backend'] | 'none';
  /** Pages are shown addresses (`exposeAddresses` of `startRoamkit`). */
  readonly addresses: boolean;
}

/** What a page knows of the network. Immutable: a new object whenever something in it changed. */
export interface ConnectivitySnapshot {
  /** Grows by one with each change that this page was told of. */
  readonly seq: number;
  /** Grows each time a default path changes identity: link, gateway or source. */
  readonly generation: number;
  readonly status: NetworkStatus;
  /** The status per family. */
  readonly families: { readonly 4: NetworkStatus; readonly 6: NetworkStatus };
  /** Whether a probe confirmed the status. */
  readonly validated: boolean;
  /** What is known of the network's captive portal, or `null`. With `isCaptive` it holds the network back. */
  readonly portal: ConnectivityPortal | null;
  /** How packets to the internet leave, per family; `null` where they do not. */
  readonly defaultPaths: { readonly 4: ConnectivityPath | null; readonly 6: ConnectivityPath | null };
  /** What attempts to connect wait for, by the application's `reconnectWhen`: a default path, or one that was found open. */
  readonly reconnectWhen: 'path' | 'online';
  /** The links that the default paths use. */
  readonly links: readonly ConnectivityLink[];
  readonly capabilities: ConnectivityCapabilities;
}

/** A snapshot without its place in a page's sequence. */
export type SnapshotFields = Omit<ConnectivitySnapshot, 'seq'>;

/** What became different: applied to the snapshot numbered `seq - 1`, it gives the one numbered `seq`. */
export interface SnapshotDelta {
  readonly seq: number;
  readonly changed: Partial<SnapshotFields>;
}

/** The fields of `next` that differ from `previous`, or `null` where none does. */
export function changedFields<T extends SnapshotFields>(previous: T, next: T): Partial<T> | null {
  const keys = (Object.keys(next) as (keyof T)[]).filter((key) => {
    // Both sides are made by the same code, so equal values have equal texts.
    return previous[key] !== next[key] && JSON.stringify(previous[key]) !== JSON.stringify(next[key]);
  });
  if (keys.length === 0) return null;
  return Object.fromEntries(keys.map((key) => [key, next[key]])) as Partial<T>;
}
