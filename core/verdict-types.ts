import type { Path } from './network-types.js';

/** Why a flow cannot work any more. In the order in which they are judged; see docs/adr/0002. */
export type UnroutableReason =
  /** The link that owned the flow's local address is down or deleted. */
  | 'link-down'
  /** … is up, but has no carrier. */
  | 'carrier-lost'
  /** The flow's local address is local no more. */
  | 'source-removed'
  /** Rules and tables give no route to the peer. */
  | 'no-route'
  /** The matching route is `unreachable`. */
  | 'unreachable'
  /** The matching route is `prohibit`. */
  | 'prohibited'
  /** The matching route is `blackhole`. */
  | 'blackholed'
  /** The gateway route it rode on is gone, and only a different next hop would carry it now. */
  | 'gateway-removed'
  /** The kernel has given up finding the link-layer address of the gateway by which it leaves. */
  | 'gateway-unreachable'
  /**
   * Its way out changed or was in doubt, and TCP shows since then that nobody answers: what it sent was sent again and again,
   * and nothing came back.
   */
  | 'stalled'
  /** The network has nothing against it, but its peer was silent for too long: see `TrackOptions.liveness`. */
  | 'no-proof-of-life';

/** Why a flow may be better off reconnected, though nothing says that it is dead. */
export type ReroutedReason =
  /** The kernel now sends it out of another link than the one that owns its source. */
  | 'egress-changed'
  /** Same link, other gateway. */
  | 'gateway-changed';

/** Every reason a policy can name. */
export type Reason = UnroutableReason | ReroutedReason;

/** The answer for one flow. `path` is how it would leave now, `null` where it would not. */
export type Verdict =
  | {
      readonly kind: 'routable';
      readonly reason: null;
      readonly path: Path | null;
      readonly certain: boolean;
    }
  | {
      readonly kind: 'rerouted';
      readonly reason: ReroutedReason;
      readonly path: Path | null;
      readonly certain: boolean;
    }
  | {
      readonly kind: 'unroutable';
      readonly reason: UnroutableReason;
      readonly path: Path | null;
      readonly certain: boolean;
    };

/** An address and port of one end of a flow. */
export interface Endpoint {
  /** An IPv4 or IPv6 literal; link-local IPv6 with its scope: `fe80::1%eth0`. IPv4-mapped IPv6 is read as IPv4. */
  readonly address: string;
  /** 0 where it does not matter. */
  readonly port: number;
}

/** What the kernel sees of a connection. */
export interface Flow {
  readonly protocol: 'tcp' | 'udp';
  /** `null` where the local address is not known; then nothing is concluded from addresses and links. */
  readonly local: Endpoint | null;
  readonly remote: Endpoint;
  /** The ifindex of the link the socket is bound to (SO_BINDTODEVICE), else `null`. */
  readonly oif: number | null;
}
