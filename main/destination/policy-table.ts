import { addressBits, hasPrefix } from './address-bits.js';

interface Row {
  readonly prefix: bigint;
  readonly length: number;
  readonly precedence: number;
  readonly label: number;
}

// The default policy table, RFC 6724 section 2.1, the longest prefix first.
const TABLE: readonly Row[] = (
  [
    ['::1', 128, 50, 0],
    ['::ffff:0:0', 96, 35, 4],
    ['::', 96, 1, 3],
    ['2001::', 32, 5, 5],
    ['2002::', 16, 30, 2],
    ['3ffe::', 16, 1, 12],
    ['fec0::', 10, 1, 11],
    ['fc00::', 7, 3, 13],
    ['::', 0, 40, 1],
  ] as const
).map(([prefix, length, precedence, label]) => ({
  prefix: addressBits(prefix) ?? 0n,
  length,
  precedence,
  label,
}));

/** What the policy table says of an address. */
export interface AddressPolicy {
  /** The higher, the better a destination. */
  readonly precedence: number;
  /** Source and destination with the same label go well together. */
  readonly label: number;
}

/** What the default policy table of RFC 6724 says of an address. */
export function addressPolicy(address: bigint): AddressPolicy {
  return (
    TABLE.find(({ prefix, length }) => hasPrefix(address, prefix, length)) ?? { precedence: 40, label: 1 }
  );
}

/** How far an address reaches, as the scopes of RFC 6724 section 3.1: 2 link-local, 5 site-local, 14 global, others multicast. */
export function addressScope(address: bigint): number {
  // Multicast carries its scope (RFC 4291 section 2.7).
  if (address >> 120n === 0xffn) return Number((address >> 112n) & 0xfn);
  if (address === 1n || address >> 118n === 0xfe80n >> 6n) return 2;
  if (address >> 118n === 0xfec0n >> 6n) return 5;
  if (address >> 32n !== 0xffffn) return 14;
  // IPv4 (section 3.2): autoconfigured and loopback addresses are link-local, all others global, private ones too.
  const isLinkLocal = (address & 0xffff0000n) === 0xa9fe0000n || (address & 0xff000000n) === 0x7f000000n;
  return isLinkLocal ? 2 : 14;
}
