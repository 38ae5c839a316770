import type { ConnectivityPortal } from '../../ipc/snapshot.js';
import { portalDismissal } from '../portal-dismissal.js';
import type { PortalPromptStrings } from './prompt-strings.js';

/** What the prompt asks the user for. */
export interface PromptAsk {
  readonly portal: ConnectivityPortal;
  readonly title: string;
  readonly message: string;
  readonly signIn: string;
}

/** What to ask, or `null` where there is nothing to ask, or the user does not want to be asked. */
export function promptAsk(portal: ConnectivityPortal | null, strings: PortalPromptStrings): PromptAsk | null {
  if (portal === null || portalDismissal.isDismissed(portal)) return null;
  if (portal.isCaptive) {
    return { portal, title: strings.title, message: strings.message, signIn: strings.signIn };
  }
  if (!portal.isExpiring || portal.canExtendSession === false) return null;
  return { portal, title: strings.expiringTitle, message: strings.expiringMessage, signIn: strings.extend };
}
