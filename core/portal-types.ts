import type { Family } from './network-types.js';

/**
 * What a portal detector knows:
 * `unknown`: it has not looked yet; `probing`: it looks, and knows nothing of this network yet; `online`: a probe
 * succeeded; `portal`: a captive portal holds the network back; `limited`: no probe got a usable answer; `offline`: there
 * is no default route to probe.
 */
export type DetectorStatus = 'unknown' | 'probing' | 'online' | 'portal' | 'limited' | 'offline';

/** How a captive portal made itself known. */
export type PortalDiscovery =
  /** A probe was redirected. */
  | 'redirect'
  /** A probe was answered with somebody else's page. */
  | 'page'
  /** A probe was answered with status 511 (RFC 6585 section 6). */
  | 'status-511'
  /** The API that a router advertisement named (RFC 8910 section 2.3) said so. */
  | 'router-advertisement'
  /**
   * The API that a DHCP option named (RFC 8910 section 2.1 and 2.2) said so. Network managers also tell of an advertisement that
   * came before there was a monitor.
   */
  | 'dhcp'
  /** The API that the application named said so. */
  | 'api';

/**
 * What is known of a network's captive portal. All of it but `foundBy`, `family` and `generation` is the network's own word:
 * text to show, and a URL to open in an isolated window at most.
 */
export interface PortalInfo {
  /**
   * Whether the portal holds the network back. `false`: the user is signed in, and the network told of the session
   * (`sessionEndsAt`, `bytesRemaining`).
   */
  readonly isCaptive: boolean;
  /**
   * Where the user signs in: `http:` or `https:`, nothing else. The portal's own URL where it is known, else the probe's,
   * which the portal answers. May hold the device's MAC or IP address: portals put them there.
   */
  readonly url: string;
  /** The host of `url`, and its port if that is no default: ASCII (RFC 5890), so that no letter stands for another. */
  readonly host: string;
  readonly foundBy: PortalDiscovery;
  /** The family whose probe found it; `null` where an API told, for all. */
  readonly family: Family | null;
  /** The generation in which it was found. */
  readonly generation: number;
  /** Where the operator tells of the venue (RFC 8908 section 5), or `null`. */
  readonly venueInfoUrl: string | null;
  /** Whether visiting the portal again can extend the session (RFC 8908 section 5); `null`: not told. */
  readonly canExtendSession: boolean | null;
  /** When the session ends: milliseconds since the epoch, by this machine's clock; `null`: not told. */
  readonly sessionEndsAt: number | null;
  /** Bytes that the session had left when the API was last asked; `null`: not told. */
  readonly bytesRemaining: number | null;
  /** The session ends soon: a good time to ask the user to extend it. */
  readonly isExpiring: boolean;
}
