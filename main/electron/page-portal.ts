import type { WebContents } from 'electron';
import type { NetworkStatus } from '../../core/network-types.js';
import { refused } from './ipc-host.js';
import { hasUserActivation } from './portal-window/user-activation.js';

/** What a page may ask about a captive portal. */
export interface PagePortal {
  /** Looks now; resolves with the status once that is done. */
  recheck(): Promise<NetworkStatus>;
  /**
   * Opens the sign-in window; resolves to whether there is one now.
   * @throws IpcRefusedError (rejects) `gesture` where the user has done nothing that could mean this.
   */
  open(): Promise<boolean>;
}

/** How pages' requests about portals are answered. */
export interface PortalRequests {
  /** Looks for a portal now; resolves with the status once that is done. */
  readonly recheck: () => Promise<NetworkStatus>;
  /** Opens the sign-in window; whether there is one now. */
  readonly open: () => boolean;
}

/** The answers to one page's requests. */
export function pagePortal(requests: PortalRequests, contents: WebContents): PagePortal {
  return {
    recheck: () => requests.recheck(),
    open: async () => {
      // A page could open windows over the user's work for as long as there is a portal.
      if (!(await hasUserActivation(contents))) throw refused('gesture');
      return requests.open();
    },
  };
}
