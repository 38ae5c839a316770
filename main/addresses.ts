import { isIP, SocketAddress } from 'node:net';

/** An IP literal without its scope: `fe80::1` of `fe80::1%eth0`. */
export function withoutScope(address: string): string {
  return address.split('%')[0] ?? address;
}

/** The family of an IP literal, as `node:net` calls it. */
export function familyName(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/**
 * An IPv4-mapped IPv6 literal as IPv4, another as it is: a dual-stack server sees its IPv4 clients as
 * ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2), and the kernel routes them as IPv4.
 */
export function unmapped(address: string): string {
  if (isIP(withoutScope(address)) !== 6 || address.includes('%')) return address;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(canonical)?.[1] ?? address;
}
