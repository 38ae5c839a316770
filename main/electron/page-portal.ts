import type { WebContents } from 'electron';
import type { NetworkStatus } from '../../core/network-types.js';

/** What a page may ask about a captive portal. */
export interface PagePortal {
  /** Looks now; resolves with the status once that is done. */
  recheck(): Promise<NetworkStatus>;
  /** Opens the sign-in window; resolves to whether there is one now. */
  open(): Promise<boolean>;
}

/** How pages' requests about portals are answered. */
export interface PortalRequests {
  /** Looks for a portal now; resolves with the status once that is done. */
  readonly recheck: () => Promise<NetworkStatus>;
  /** Opens the sign-in window for a page of `contents`; resolves to whether there is one now. */
  readonly open: (contents: WebContents) => Promise<boolean>;
}

/** The answers to one page's requests. */
export function pagePortal(requests: PortalRequests, contents: WebContents): PagePortal {
  return { recheck: () => requests.recheck(), open: () => requests.open(contents) };
}
