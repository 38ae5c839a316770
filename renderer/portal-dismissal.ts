import type { ConnectivityPortal } from '../ipc/snapshot.js';
import { Listeners } from './listeners.js';

/** What the user is asked about: this network's portal, or the end of the session that it gave. */
export type PortalQuestion = Pick<ConnectivityPortal, 'generation' | 'isCaptive'>;

const listeners = new Listeners<null>();
let dismissed: PortalQuestion | null = null;

/**
 * What the user of this page does not want to be asked for now. It ends with the network: another generation is another
 * portal. All prompts and hooks of a page share it.
 */
export const portalDismissal = {
  dismiss({ generation, isCaptive }: PortalQuestion): void {
    dismissed = { generation, isCaptive };
    listeners.tell(null);
  },
  isDismissed: (portal: PortalQuestion): boolean => isSameQuestion(dismissed, portal),
  /** Returns what stops it. */
  subscribe: (listener: () => void): (() => void) => listeners.add(listener),
} as const;

export function isSameQuestion(a: PortalQuestion | null, b: PortalQuestion | null): boolean {
  return a?.generation === b?.generation && a?.isCaptive === b?.isCaptive;
}
