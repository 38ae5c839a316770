import { Resolver, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

// So that a second try, or another server's, still falls into the time that a request has.
const TRY_MS = 1500;

// Nobody has such a name, or there is no name server: the system may know more (/etc/hosts, multicast DNS), and soon says so.
const SYSTEM_MAY_KNOW = ['ENOTFOUND', 'ENODATA', 'ECONNREFUSED'];

/**
 * Resolves a name by the system's name servers as they are now, until `signal` aborts. Unlike getaddrinfo(): that cannot be
 * cancelled, and libuv runs two at a time: where no name server answers, the application's own names would wait for ten seconds and
 * more, and so would its end.
 */
export function cancellableLookup(signal: AbortSignal): LookupFunction {
  return (hostname, options, callback) => {
    // RFC 6761 section 6.3: no name server is asked for this one.
    if (hostname === 'localhost') {
      systemLookup(hostname, options, callback);
      return;
    }
    const family = options.family === 6 || options.family === 'IPv6' ? 6 : 4;
    const resolver = new Resolver({ timeout: TRY_MS, tries: 2 });
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    const answered = (error: NodeJS.ErrnoException | null, addresses: readonly string[] = []): void => {
      signal.removeEventListener('abort', cancel);
      const [first = ''] = addresses;
      if (error !== null && SYSTEM_MAY_KNOW.includes(error.code ?? '') && !signal.aborted) {
        systemLookup(hostname, options, callback);
      } else if (options.all) {
        callback(
          error,
          addresses.map((address) => ({ address, family })),
        );
      } else callback(error, first, family);
    };
    if (family === 6) resolver.resolve6(hostname, answered);
    else resolver.resolve4(hostname, answered);
  };
}
