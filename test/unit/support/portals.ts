import type { PortalInfo } from '../../../core/portal-types.js';

/** A portal that holds the network back. */
export const CAPTIVE: PortalInfo = {
  isCaptive: true,
  url: 'http://portal.example/in',
  host: 'portal.example',
  foundBy: 'redirect',
  family: 4,
  generation: 1,
  venueInfoUrl: null,
  canExtendSession: null,
  sessionEndsAt: null,
  bytesRemaining: null,
  isExpiring: false,
};

/** One that the user has signed in to. */
export const SIGNED_IN: PortalInfo = { ...CAPTIVE, isCaptive: false, foundBy: 'dhcp', family: null };
