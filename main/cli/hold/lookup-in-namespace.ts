import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

const LOCALHOST: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Looks names up with sockets of this very thread. getaddrinfo, the default, runs on libuv's threads; Node starts those
 * while it loads ES modules, so they stay in the namespace that the process came from. Does not read /etc/hosts.
 */
export function lookupInNamespace(): LookupFunction {
  const resolver = new Resolver();
  return (hostname, options, callback) => {
    resolve(resolver, hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true || first === undefined) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

async function resolve(resolver: Resolver, hostname: string): Promise<readonly LookupAddress[]> {
  if (hostname.toLowerCase() === 'localhost') return LOCALHOST;
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = [
    ...(v4.status === 'fulfilled' ? v4.value.map((address) => ({ address, family: 4 })) : []),
    ...(v6.status === 'fulfilled' ? v6.value.map((address) => ({ address, family: 6 })) : []),
  ];
  if (addresses.length === 0 && v4.status === 'rejected') throw v4.reason;
  return addresses;
}
