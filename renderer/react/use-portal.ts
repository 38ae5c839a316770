import type { ConnectivityPortal, ConnectivitySnapshot } from '../../ipc/snapshot.js';
import { useConnectivity } from './use-connectivity.js';

/** Whether a captive portal holds the network back. */
export interface PortalView {
  /** A portal stands between the application and the internet: the status is `portal`. */
  readonly isPortal: boolean;
  /** The same per family: a portal may hold back IPv4 only. */
  readonly families: { readonly 4: boolean; readonly 6: boolean };
  /** What is known of the portal, or `null`; also of one that the user has signed in to (`isCaptive` is `false`). */
  readonly portal: ConnectivityPortal | null;
}

/** Whether a captive portal holds the network back; the component renders again when that changes. */
export function usePortal(): PortalView {
  return useConnectivity(portalView, isSameView);
}

function portalView({ status, families, portal }: ConnectivitySnapshot): PortalView {
  return {
    isPortal: status === 'portal',
    families: { 4: families[4] === 'portal', 6: families[6] === 'portal' },
    portal,
  };
}

function isSameView(a: PortalView, b: PortalView): boolean {
  return (
    a.isPortal === b.isPortal &&
    a.families[4] === b.families[4] &&
    a.families[6] === b.families[6] &&
    a.portal === b.portal
  );
}
