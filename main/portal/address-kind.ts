import { BlockList } from 'node:net';
import { familyName, unmapped, withoutScope } from '../addresses.js';

/** Where an address is: on this machine, on a network that the internet does not reach, or on the internet. */
export type AddressKind = 'local' | 'private' | 'public';

// RFC 6890 and its successors name what is not globally reachable. NAT64's 64:ff9b::/96 is: the internet is behind it.
const local = listOf(['0.0.0.0', 8], ['127.0.0.0', 8], ['::', 128], ['::1', 128]);
const notPublic = listOf(
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
  ['fe80::', 10],
);

/** The kind of an IP literal, which may have a scope. */
export function addressKind(address: string): AddressKind {
  const plain = unmapped(withoutScope(address));
  const family = familyName(plain);
  if (local.check(plain, family)) return 'local';
  return notPublic.check(plain, family) ? 'private' : 'public';
}

function listOf(...subnets: readonly (readonly [network: string, prefixLength: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefixLength] of subnets) {
    list.addSubnet(network, prefixLength, familyName(network));
  }
  return list;
}
