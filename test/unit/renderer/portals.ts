import type { ConnectivityPortal } from '../../../ipc/snapshot.js';

/** A captive portal, found in that generation. */
export function portal(generation: number): ConnectivityPortal {
  return {
    isCaptive: true,
    host: 'wifi.station.example',
    isSecure: false,
    foundBy: 'redirect',
    family: 4,
    generation,
    canExtendSession: null,
    sessionEndsAt: null,
    bytesRemaining: null,
    isExpiring: false,
  };
}
