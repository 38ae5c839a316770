import { FAMILIES } from '../../../core/families.js';
import { isSamePath } from '../../../core/network-diff.js';
import type { DefaultPaths, NetworkState } from '../../../core/network-types.js';
import type { PortalInfo } from '../../../core/portal-types.js';
import { needsUser } from '../portal-needs-user.js';

/** What a sign-in began with. */
export interface BegunSignIn {
  readonly portal: PortalInfo;
  readonly paths: DefaultPaths;
}

/** Whether a sign-in has nothing more to do. */
export function isOver(
  begun: BegunSignIn,
  state: Pick<NetworkState, 'portal' | 'status' | 'defaultPaths'>,
): boolean {
  if (!isSameNetwork(begun.paths, state.defaultPaths)) return true;
  if (state.portal !== null) return needsUser(begun.portal) && !needsUser(state.portal);
  // A look that found nothing out (`limited`) is no success: the user may be in the middle of typing.
  return state.status === 'online';
}

// A family that comes later (IPv6 often does, seconds after IPv4) makes a generation, and is no other network.
function isSameNetwork(before: DefaultPaths, now: DefaultPaths): boolean {
  return FAMILIES.every((family) => before[family] === null || isSamePath(before[family], now[family]));
}
