import type { PortalInfo } from './portal-types.js';

/** An IP family: `4` or `6`. */
export type Family = 4 | 6;

/** A network interface. Keyed by `ifindex`, never by name: names change and are reused. */
export interface Link {
  /** The kernel's index of the link (`ifi_index`, <linux/rtnetlink.h>). */
  readonly ifindex: number;
  readonly name: string;
  /** What made the link: `veth`, `bridge`, `tun`, `wireguard`, … (IFLA_INFO_KIND); `null` for hardware. */
  readonly kind: string | null;
  readonly isLoopback: boolean;
  /** Administratively up (IFF_UP). */
  readonly isUp: boolean;
  /** Has a carrier, as the kernel acts on it (RFC 2863, IFLA_OPERSTATE): a cable, an association, a peer that is up. */
  readonly hasCarrier: boolean;
  /** The bridge or bond the link is enslaved to, else `null`. */
  readonly masterIfindex: number | null;
}

/** How far an address or route reaches (RT_SCOPE_*, <linux/rtnetlink.h>). */
export type Scope = 'global' | 'site' | 'link' | 'host' | 'nowhere';

/**
 * An IP address on a link. Keyed by (ifindex, address, prefixLength, peer): the same address may be on two links, and lead
 * to two ends of one.
 */
export interface Address {
  readonly family: Family;
  readonly ifindex: number;
  /** In canonical text form (RFC 5952 for IPv6). */
  readonly address: string;
  readonly prefixLength: number;
  readonly scope: Scope;
  /** Duplicate address detection still runs (RFC 4862): not usable yet. */
  readonly isTentative: boolean;
  /** Duplicate address detection failed: never usable. */
  readonly isDadFailed: boolean;
  /** Its preferred lifetime ran out: usable, but not chosen for new connections. */
  readonly isDeprecated: boolean;
  /** IPv4: not the first of its subnet. IPv6: a temporary (privacy) address. */
  readonly isSecondary: boolean;
  /** The other end's address on a point-to-point link, else `null` (IFA_ADDRESS beside IFA_LOCAL, rtnetlink(7)). */
  readonly peer: string | null;
}

/** What a route does with a packet (RTN_*, <linux/rtnetlink.h>). */
export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'anycast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw'
  | 'unknown';

/** One leg of a route. */
export interface NextHop {
  /** Egress link's ifindex, or `null` where the route has none (blackhole and its like). */
  readonly oif: number | null;
  /** The egress link's name when the answer was given, or `null`. */
  readonly link: string | null;
  /** The gateway, or `null` for an on-link leg. IPv4 routes may have an IPv6 gateway (RFC 5549). */
  readonly gateway: string | null;
  /** 1 to 256. */
  readonly weight: number;
  /** `dead`, `linkdown`, `onlink` (RTNH_F_*). */
  readonly flags: readonly string[];
}

/** One kernel route. */
export interface Route {
  readonly family: Family;
  readonly table: number;
  readonly type: RouteType;
  /** The destination, always as a prefix: `0.0.0.0/0`, `2001:db8::/32`. */
  readonly dst: string;
  readonly tos: number;
  readonly metric: number;
  readonly scope: Scope;
  /** Who installed it: `kernel`, `boot`, `static`, `dhcp`, `ra`, … or the number as text (RTPROT_*). */
  readonly protocol: string;
  /** The preferred source address (RTA_PREFSRC), or `null`. */
  readonly source: string | null;
  readonly nexthops: readonly NextHop[];
  /** The next-hop object it refers to, or `null`. */
  readonly nexthopId: number | null;
  /** IPv6 router preference (RFC 4191): `low`, `medium`, `high`; `null` for IPv4. */
  readonly pref: 'low' | 'medium' | 'high' | null;
  /** IPv6: its lifetime ran out; the kernel passes it by, and deletes it within half a minute. */
  readonly isExpired: boolean;
}

/** One policy-routing rule (`ip rule`). */
export interface Rule {
  readonly family: Family;
  /** Rules are tried in the order of their priority, lowest first. */
  readonly priority: number;
  /** `lookup`, `goto`, `nop`, `blackhole`, `unreachable`, `prohibit`. */
  readonly action: string;
  readonly table: number | null;
  /** Source prefix that it matches, or `null` for all. */
  readonly from: string | null;
  /** Destination prefix that it matches, or `null` for all. */
  readonly to: string | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly fwmark: number | null;
  readonly fwmask: number | null;
  /** Where a `goto` goes on, else `null`. */
  readonly gotoPriority: number | null;
  /** 0: any. */
  readonly tos: number;
  /** First and last user id that it matches, or `null` for all. */
  readonly uidRange: readonly [number, number] | null;
  /** IPPROTO_*, or `null` for all. */
  readonly ipProtocol: number | null;
  readonly sourcePorts: readonly [number, number] | null;
  readonly destinationPorts: readonly [number, number] | null;
  /** A route found by this rule does not count if its prefix is no longer than this; `null`: all count. */
  readonly suppressPrefixLength: number | null;
  /** A route found by this rule does not count if its link is of this group; `null`: all count. */
  readonly suppressIfgroup: number | null;
  /** Matches by the table of the link's L3 master device (VRF). */
  readonly isL3mdev: boolean;
  readonly isInverted: boolean;
  /** It looks at something that this version of roamkit does not know; lookups that it concerns are not `certain`. */
  readonly hasUnknownSelector: boolean;
}

/** How a flow leaves the host. */
export interface Path {
  /** Egress link's ifindex. */
  readonly oif: number;
  /** Egress link's name. */
  readonly link: string;
  /** The gateway, or `null` where the destination is on the link. */
  readonly gateway: string | null;
  /** The source address the kernel uses, or `null` if it has none. */
  readonly source: string | null;
  readonly table: number;
  /**
   * `false` only where the kernel has given up finding the gateway's link-layer address (NUD_FAILED): packets to it
   * go nowhere until it answers. `true` otherwise, also where there is no gateway. No part of the path's identity.
   */
  readonly gatewayReachable: boolean;
}

/**
 * The network's status for an application:
 * `offline`: no usable link but loopback; `local`: addresses but no default route; `limited`: a default route, but
 * the probe gets no answer; `portal`: a captive portal answered; `online`: a default route (and, where a detector
 * runs, a probe that succeeded); `unknown`: not yet known.
 */
export type NetworkStatus = 'unknown' | 'offline' | 'local' | 'limited' | 'portal' | 'online';

/** A default path per family: how a packet to the internet leaves; `null` where there is none. */
export interface DefaultPaths {
  readonly 4: Path | null;
  readonly 6: Path | null;
}

/** What the monitor knows. Immutable; a new object whenever something in it changed. */
export interface NetworkState {
  /** Grows by one with every batch that changed the mirror. */
  readonly seq: number;
  /** Grows by one each time a default path (of either family) changes identity: link, gateway or source. */
  readonly generation: number;
  readonly status: NetworkStatus;
  /** The status per family. */
  readonly families: { readonly 4: NetworkStatus; readonly 6: NetworkStatus };
  /** Whether a probe confirmed the status. `false` with no portal detector. */
  readonly validated: boolean;
  /** What is known of the network's captive portal, or `null`. Always `null` with no portal detector. */
  readonly portal: PortalInfo | null;
  readonly links: readonly Link[];
  readonly addresses: readonly Address[];
  readonly rules: readonly Rule[];
  readonly defaultPaths: DefaultPaths;
}

/** What this platform and privilege let the monitor see. */
export interface Capabilities {
  readonly backend: 'netlink' | 'portable';
  /** Changes are reported by the kernel as they happen (otherwise the interfaces are polled). */
  readonly events: boolean;
  /** Routes and rules are mirrored: `lookup` and all verdicts work. */
  readonly routes: boolean;
  /** The kernel can be asked for its own answer: `lookupKernel` and confirmation work. */
  readonly kernelLookup: boolean;
  /** The kernel tells the state of TCP sockets: connections that are stuck are noticed (reason `stalled`). */
  readonly socketDiagnosis: boolean;
  /** What is missing and why, one sentence each; empty where nothing is. */
  readonly missing: readonly string[];
}

/**
 * What a lookup may take into account besides the destination. Where a rule asks for something that is not given, the
 * default counts and the answer is not `certain`.
 */
export interface LookupOptions {
  /** Source address; IPv4 answers for an address of this host only. Default: the kernel chooses one. */
  readonly source?: string;
  /** Egress link, by ifindex or name, as for a socket bound to it (SO_BINDTODEVICE). Default: none. */
  readonly oif?: number | string;
  /** The socket's mark (SO_MARK), 0 to 4294967295. Default 0. */
  readonly mark?: number;
  /** Who owns the socket, 0 to 4294967294. Default: this process's user. */
  readonly uid?: number;
  /**
   * IPv4 TOS or IPv6 traffic class, 0 to 255. As in the kernel, the ECN bits (the last two) do not count, and for IPv4
   * nor do the first three. Default 0.
   */
  readonly tos?: number;
  /**
   * `icmp` is ICMPv6 for an IPv6 destination. As a number (IPPROTO_*) 1 to 255, of which `lookupKernel` takes those of
   * TCP, UDP and the family's ICMP. Default: none.
   */
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | number;
  /** 1 to 65535. Default: none. */
  readonly sourcePort?: number;
  /** 1 to 65535. Default: none. */
  readonly destinationPort?: number;
}

/** Why a destination cannot be reached; `null` in a {@link Lookup} whose destination can. */
export type LookupFailure = 'no-route' | 'unreachable' | 'prohibited' | 'blackholed' | 'source-removed';

/** The answer to "how would a packet to this destination leave?". */
export interface Lookup {
  readonly dst: string;
  readonly routable: boolean;
  readonly reason: LookupFailure | null;
  /** The matching route's type, or `null` with no route. */
  readonly type: RouteType | null;
  readonly table: number | null;
  /** The matching route's prefix; `null` with no route, and in the kernel's own answers, which do not carry it. */
  readonly prefix: string | null;
  readonly oif: number | null;
  readonly link: string | null;
  readonly gateway: string | null;
  readonly source: string | null;
  /**
   * `false` where the kernel may answer otherwise: rules ask what was not told, or it chooses among legs by a hash, or
   * among gateways by the state of its neighbours. Then its own answer decides. `true` in the kernel's own answers.
   */
  readonly certain: boolean;
  /** The legs that the kernel chooses from; `oif` and `gateway` are the first one's. `null` where there is no choice. */
  readonly nexthops: readonly NextHop[] | null;
}
