import type { PortalInfo } from '../../core/portal-types.js';

/** Whether a portal waits for the user: to sign in, or to extend a session that ends soon. */
export function needsUser({ isCaptive, isExpiring, canExtendSession }: PortalInfo): boolean {
  return isCaptive || (isExpiring && canExtendSession !== false);
}
