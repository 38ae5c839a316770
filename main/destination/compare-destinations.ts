import { commonPrefixLength } from './address-bits.js';
import { addressPolicy, addressScope } from './policy-table.js';

/** A destination that has a route, and the source address that the kernel would use. Addresses as in `addressBits`. */
export interface Candidate {
  readonly destination: bigint;
  /** `null` where it is not known: then the rules that look at it do not count. */
  readonly source: bigint | null;
  /** As for the source's own family: 24 for a /24 of IPv4. */
  readonly sourcePrefixLength: number;
  readonly isSourceDeprecated: boolean;
  /** By a link of its own, rather than by a tunnel through the other family. */
  readonly isNative: boolean;
}

/**
 * Which of two destinations to try first: below 0, `one`; above 0, `other`; 0: the rules do not say. RFC 6724 section 6. Rule 1
 * (avoid unusable destinations) was applied before; rule 4 (prefer home addresses) is for Mobile IPv6, whose addresses the mirror
 * does not tell apart; rule 10 (leave the order as it is) is a stable sort.
 */
export function compareDestinations(one: Candidate, other: Candidate): number {
  for (const rule of RULES) {
    const difference = rule(other) - rule(one);
    if (difference !== 0) return difference;
  }
  return isIpv4(one) === isIpv4(other) ? sharedWithSource(other) - sharedWithSource(one) : 0;
}

/** Each gives what there should be more of. */
const RULES: readonly ((candidate: Candidate) => number)[] = [
  // 2: prefer matching scope.
  ({ destination, source }) => Number(source !== null && addressScope(destination) === addressScope(source)),
  // 3: avoid deprecated addresses.
  ({ isSourceDeprecated }) => Number(!isSourceDeprecated),
  // 5: prefer matching label.
  ({ destination, source }) =>
    Number(source !== null && addressPolicy(destination).label === addressPolicy(source).label),
  // 6: prefer higher precedence.
  ({ destination }) => addressPolicy(destination).precedence,
  // 7: prefer native transport.
  ({ isNative }) => Number(isNative),
  // 8: prefer smaller scope.
  ({ destination }) => -addressScope(destination),
];

// 9: use longest matching prefix; no longer than the source's own (section 2.2). Of IPv4 only what is on the source's subnet
// counts, as in glibc: beyond it the bits say nothing about distance, and would undo the turns that DNS servers take.
function sharedWithSource(candidate: Candidate): number {
  const { destination, source, sourcePrefixLength } = candidate;
  if (source === null) return 0;
  const shared = commonPrefixLength(destination, source);
  const length = isIpv4(candidate) ? 96 + sourcePrefixLength : sourcePrefixLength;
  if (isIpv4(candidate)) return shared >= length ? shared : 0;
  return Math.min(shared, length);
}

function isIpv4({ destination }: Candidate): boolean {
  return destination >> 32n === 0xffffn;
}
