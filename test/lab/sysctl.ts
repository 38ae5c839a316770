/** Kernel settings of one namespace: `{ 'net.ipv4.ip_forward': 1 }`. */
export type Sysctls = Readonly<Record<string, string | number>>;

/**
 * What every lab host starts with. A new namespace inherits IPv4 settings from the machine's first namespace (unless
 * `net.core.devconf_inherit_init_net` says otherwise), so without these a developer's laptop with Docker (forwarding on)
 * or systemd's sysctl.d (promote_secondaries, rp_filter) would give other results than CI. The values are the kernel's
 * documented defaults, `accept_dad` apart.
 */
const baseline: Sysctls = {
  'net.ipv4.ip_forward': 0,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv4.conf.all.promote_secondaries': 0,
  'net.ipv4.conf.default.promote_secondaries': 0,
  'net.ipv4.conf.all.ignore_routes_with_linkdown': 0,
  'net.ipv4.conf.default.ignore_routes_with_linkdown': 0,
};

/** The settings of a new host. */
export function hostSysctls(options: {
  /** Duplicate address detection, which keeps each new IPv6 address unusable for 1-2 s. */
  readonly dad: boolean;
  readonly forwarding: boolean;
  readonly sysctls?: Sysctls;
}): Sysctls {
  return {
    ...baseline,
    // The larger of "all" and the link's own value counts, and new links copy "default".
    'net.ipv6.conf.default.accept_dad': options.dad ? 1 : 0,
    ...(options.forwarding ? { 'net.ipv4.ip_forward': 1, 'net.ipv6.conf.all.forwarding': 1 } : {}),
    ...options.sysctls,
  };
}

/** `net.ipv4.ip_forward` -> `/proc/sys/net/ipv4/ip_forward`. A key with slashes (for link names with dots) stays. */
export function sysctlPath(key: string): string {
  return `/proc/sys/${key.includes('/') ? key : key.replaceAll('.', '/')}`;
}
