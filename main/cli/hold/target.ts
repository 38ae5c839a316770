import { isIP } from 'node:net';
import { quoted } from '../text/printable.js';
import { UsageError } from '../usage.js';

/** A peer to hold a connection to. */
export interface Target {
  /** An IP literal without brackets, or a name. */
  readonly host: string;
  readonly port: number;
}

// What a name may consist of (RFC 1123 section 2.1), and the underscore that some have all the same.
const NAME = /^(?!-)[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.?$/u;

/** Reads `HOST:PORT` or `[IPV6]:PORT`. Throws {@link UsageError}, naming what is wrong. */
export function parseTarget(text: string): Target {
  const bracketed = /^\[([^\]]*)\]:(.*)$/s.exec(text);
  const plain = /^([^:]*):([^:]*)$/s.exec(text);
  const [, host, port] = bracketed ?? plain ?? [];
  if (host === undefined || port === undefined) {
    const hint = isIP(text) === 6 || text.split(':').length > 2 ? ' (IPv6: [ADDRESS]:PORT)' : '';
    throw new UsageError(`${quoted(text)} is not HOST:PORT${hint}`);
  }
  if (bracketed !== null && isIP(host) !== 6) {
    throw new UsageError(`${quoted(text)}: ${quoted(host)} is not an IPv6 address`);
  }
  // A name of digits and dots only is a mistyped address; resolvers would ask the network for it.
  if (bracketed === null && isIP(host) === 0 && (/^[\d.]+$/.test(host) || !NAME.test(host))) {
    throw new UsageError(`${quoted(text)}: ${quoted(host)} is neither an address nor a name`);
  }
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (!(number >= 1 && number <= 65535)) {
    throw new UsageError(`${quoted(text)}: the port must be 1 to 65535, not ${quoted(port)}`);
  }
  return { host, port: number };
}
