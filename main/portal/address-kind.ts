import { BlockList, isIPv6 } from 'node:net';

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
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const type = isIPv6(plain) ? 'ipv6' : 'ipv4';
  if (local.check(plain, type)) return 'local';
  return notPublic.check(plain, type) ? 'private' : 'public';
}

function listOf(...subnets: readonly (readonly [network: string, prefixLength: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefixLength] of subnets) {
    list.addSubnet(network, prefixLength, isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}
