import { isIP } from 'node:net';
import { withoutScope } from '../addresses.js';

const IPV4_MAPPED = 0xffffn << 32n;

/**
 * An address as a number of 128 bits, IPv4 as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2), scope left out; `null` for what is
 * none.
 */
export function addressBits(address: string): bigint | null {
  const bare = withoutScope(address);
  switch (isIP(bare)) {
    case 4:
      return IPV4_MAPPED | ipv4Bits(bare);
    case 6:
      return ipv6Bits(bare);
    default:
      return null;
  }
}

/** How many of the first bits two addresses share: 0 to 128. */
export function commonPrefixLength(one: bigint, other: bigint): number {
  const difference = one ^ other;
  return difference === 0n ? 128 : 128 - difference.toString(2).length;
}

/** Whether the first `length` bits of two addresses are the same. */
export function hasPrefix(address: bigint, prefix: bigint, length: number): boolean {
  return commonPrefixLength(address, prefix) >= length;
}

function ipv4Bits(address: string): bigint {
  return address.split('.').reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}

function ipv6Bits(address: string): bigint {
  const lastColon = address.lastIndexOf(':') + 1;
  const tail = address.slice(lastColon);
  // The last 32 bits may be written as IPv4: as two groups they are like the others.
  const text = tail.includes('.') ? `${address.slice(0, lastColon)}${groupsOf(ipv4Bits(tail))}` : address;
  const [head = '', rest] = text.split('::');
  const before = groups(head);
  const after = groups(rest ?? '');
  const zeros = rest === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function groupsOf(bits: bigint): string {
  return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}

function groups(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}
