import type { Capabilities, NetworkState, Path } from '../../core/network-types.js';
import type { PortalInfo } from '../../core/portal-types.js';
import {
  type ConnectivityPath,
  type ConnectivityPortal,
  changedFields,
  type SnapshotFields,
} from '../../ipc/snapshot.js';
import type { HostOptions } from './options.js';

/** What the application set that pages' snapshots follow. */
export type SnapshotSettings = Pick<HostOptions, 'exposeAddresses' | 'reconnectWhen'>;

/** What was computed for pages since roamkit was started, which is not what was sent: windows share it. */
export interface ComputedCounts {
  /** What a page is shown of a state of the network: at most one a state. */
  readonly snapshots: number;
  /** Differences between two of these: one for all windows that know the same. */
  readonly deltas: number;
}

/** What windows are shown of the network's state. Computed once a state, however many windows there are. */
export class SnapshotSource {
  readonly #read: () => NetworkState;
  readonly #capabilities: Capabilities;
  readonly #settings: SnapshotSettings;
  #state: NetworkState | null = null;
  #fields: SnapshotFields | null = null;
  #snapshots = 0;
  #deltas = 0;
  #lastDifference: {
    readonly from: SnapshotFields;
    readonly to: SnapshotFields;
    readonly changed: Partial<SnapshotFields> | null;
  } | null = null;

  constructor(read: () => NetworkState, capabilities: Capabilities, settings: SnapshotSettings) {
    this.#read = read;
    this.#capabilities = capabilities;
    this.#settings = settings;
  }

  /** How often something was computed, for all windows together. */
  get computed(): ComputedCounts {
    return { snapshots: this.#snapshots, deltas: this.#deltas };
  }

  /** What a window should know now; the same object while that is the same. */
  current(): SnapshotFields {
    const state = this.#read();
    if (this.#fields !== null && state === this.#state) return this.#fields;
    this.#state = state;
    this.#snapshots++;
    const next = snapshotFields(state, this.#capabilities, this.#settings);
    if (this.#fields === null || changedFields(this.#fields, next) !== null) this.#fields = next;
    return this.#fields;
  }

  /** What became different since a window was told `from`, or `null` for nothing. Windows in step share the answer. */
  changedSince(from: SnapshotFields): Partial<SnapshotFields> | null {
    const to = this.current();
    const last = this.#lastDifference;
    if (last !== null && last.from === from && last.to === to) return last.changed;
    if (from !== to) this.#deltas++;
    const changed = from === to ? null : changedFields(from, to);
    this.#lastDifference = { from, to, changed };
    return changed;
  }
}

/** What of a state crosses to a page. Addresses only where they are exposed; MAC addresses are not even in the state. */
export function snapshotFields(
  state: NetworkState,
  capabilities: Capabilities,
  { exposeAddresses, reconnectWhen }: SnapshotSettings,
): SnapshotFields {
  const { generation, status, families, validated, portal, defaultPaths } = state;
  const used = [defaultPaths[4]?.oif, defaultPaths[6]?.oif];
  return {
    generation,
    status,
    families: { 4: families[4], 6: families[6] },
    validated,
    portal: connectivityPortal(portal),
    defaultPaths: {
      4: connectivityPath(defaultPaths[4], exposeAddresses),
      6: connectivityPath(defaultPaths[6], exposeAddresses),
    },
    reconnectWhen,
    links: state.links
      .filter((link) => used.includes(link.ifindex))
      .map(({ ifindex, name, kind, isUp, hasCarrier }) => ({ ifindex, name, kind, isUp, hasCarrier })),
    capabilities: { ...capabilities, addresses: exposeAddresses },
  };
}

/** A portal as a page is shown it. */
function connectivityPortal(portal: PortalInfo | null): ConnectivityPortal | null {
  if (portal === null) return null;
  const { url, venueInfoUrl: _, ...shown } = portal;
  return { ...shown, isSecure: url.startsWith('https:') };
}

/** A path as a page is shown it. */
export function connectivityPath(path: Path | null, exposeAddresses: boolean): ConnectivityPath | null {
  if (path === null) return null;
  const { link, oif: ifindex, gateway, source } = path;
  return exposeAddresses
    ? { link, ifindex, gateway, source }
    : { link, ifindex, gateway: null, source: null };
}
