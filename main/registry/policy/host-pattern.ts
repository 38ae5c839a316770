import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { invalidArgument } from '../../../core/errors.js';
import { familyName, withoutScope } from '../../addresses.js';
import type { Peer } from './peer.js';

/** Whether a peer is one of those that a pattern means. */
export type PeerTest = (peer: Peer) => boolean;

// Labels of letters, digits and hyphens (RFC 1123 section 2.1), and the underscore that some have all the same.
const NAME = /^(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/**
 * Reads a pattern for hosts: a name (`api.example.org`), all names below one (`*.example.org`), an address, or a network
 * (`10.0.0.0/8`, `fd00::/8`). Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming `field`.
 */
export function hostPattern(pattern: unknown, field: string): PeerTest {
  if (typeof pattern !== 'string') throw invalidArgument(field, `must be a text, not ${String(pattern)}`);
  if (pattern.includes('/')) return networkTest(pattern, field);
  if (isIP(pattern) !== 0) return networkTest(`${pattern}/${isIP(pattern) === 4 ? 32 : 128}`, field);
  if (pattern.startsWith('*.')) {
    const below = `.${nameIn(pattern.slice(2), pattern, field)}`;
    return ({ hosts }) => hosts.some((host) => host.endsWith(below));
  }
  const name = nameIn(pattern, pattern, field);
  return ({ hosts }) => hosts.includes(name);
}

/** A name as patterns are compared with it: in lower case, in ASCII (RFC 5891), without the root's dot. */
export function comparableHost(host: string): string {
  if (isIP(host) !== 0) return host;
  // A name that has no ASCII form is kept as it is: no pattern can mean it.
  return (domainToASCII(host) || host).replace(/\.$/, '');
}

function nameIn(name: string, pattern: string, field: string): string {
  const ascii = comparableHost(name);
  // A name of digits and dots only is a mistyped address (`10.0.0`), and what ends a URL's host would be dropped unseen.
  if (/^[\d.]*$|[\s/?#@:\\]/.test(name) || isIP(ascii) !== 0 || !NAME.test(ascii)) {
    throw invalidArgument(
      field,
      `must be a name, *.NAME, an address or a network (ADDRESS/LENGTH), not '${pattern}'`,
    );
  }
  return ascii;
}

function networkTest(pattern: string, field: string): PeerTest {
  const [network = '', length = '', ...rest] = pattern.split('/');
  const version = network.includes('%') ? 0 : isIP(network);
  const longest = version === 4 ? 32 : 128;
  if (version === 0) {
    throw invalidArgument(field, `must have an address without a scope before the /, not '${pattern}'`);
  }
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > longest) {
    throw invalidArgument(
      field,
      `must have a prefix length of 0 to ${longest} after the /, not '${pattern}'`,
    );
  }
  const addresses = new BlockList();
  addresses.addSubnet(network, Number(length), familyName(network));
  const isIn = (literal: string): boolean => {
    const address = withoutScope(literal);
    // BlockList takes an IPv4 address for one of ::/0 as well.
    return isIP(address) === version && addresses.check(address, familyName(address));
  };
  return ({ hosts, address }) => (address !== null && isIn(address)) || hosts.some(isIn);
}
