import { useMemo, useSyncExternalStore } from 'react';
import type { NetworkStatus } from '../../core/network-types.js';
import type { ConnectivityPortal, ConnectivitySnapshot } from '../../ipc/snapshot.js';
import { getRoamkit } from '../get-roamkit.js';
import { portalDismissal } from '../portal-dismissal.js';
import { useConnectivity } from './use-connectivity.js';

/** Whether a captive portal holds the network back, and what can be done about it. */
export interface PortalView extends PortalFacts, PortalActions {
  /** The user does not want to be asked about this portal: see `dismiss`. */
  readonly isDismissed: boolean;
}

interface PortalFacts {
  /** A portal stands between the application and the internet: the status is `portal`. */
  readonly isPortal: boolean;
  /** The same per family: a portal may hold back IPv4 only. */
  readonly families: { readonly 4: boolean; readonly 6: boolean };
  /** What is known of the portal, or `null`; also of one that the user has signed in to (`isCaptive` is `false`). */
  readonly portal: ConnectivityPortal | null;
}

/** The same functions at each rendering. */
interface PortalActions {
  /** `openPortal` of the page's client: call it in the handler of a click or key. */
  readonly signIn: () => Promise<boolean>;
  /** `recheckPortal` of the page's client. */
  readonly recheck: () => Promise<NetworkStatus>;
  /** Nothing more about this network's portal, in this page. Another network's may ask again. */
  readonly dismiss: () => void;
}

const actions: PortalActions = {
  signIn: () => getRoamkit().openPortal(),
  recheck: () => getRoamkit().recheckPortal(),
  dismiss: () => {
    const { portal } = getRoamkit().getSnapshot();
    if (portal !== null) portalDismissal.dismiss(portal);
  },
};

/** Whether a captive portal holds the network back, and what to do; the component renders again when that changes. */
export function usePortal(): PortalView {
  const facts = useConnectivity(portalFacts, isSame);
  const isDismissed = useSyncExternalStore(
    portalDismissal.subscribe,
    () => facts.portal !== null && portalDismissal.isDismissed(facts.portal),
    () => false,
  );
  return useMemo(() => ({ ...facts, isDismissed, ...actions }), [facts, isDismissed]);
}

function portalFacts({ status, families, portal }: ConnectivitySnapshot): PortalFacts {
  return {
    isPortal: status === 'portal',
    families: { 4: families[4] === 'portal', 6: families[6] === 'portal' },
    portal,
  };
}

function isSame(a: PortalFacts, b: PortalFacts): boolean {
  return (
    a.isPortal === b.isPortal &&
    a.families[4] === b.families[4] &&
    a.families[6] === b.families[6] &&
    a.portal === b.portal
  );
}
