import { invalidArgument } from '../../../core/errors.js';
import { hostPattern, type PeerTest } from './host-pattern.js';
import { portPattern } from './port-pattern.js';

/** Which peers somebody means; a peer must match each that is given. */
export interface PeerPatterns {
  /**
   * A name (`api.example.org`), all names below one (`*.example.org`), an address, a network (`10.0.0.0/8`, `fd00::/8`), or a
   * list of which one must match. Names are compared with what the application asked for, addresses with the peer's too.
   */
  readonly hosts?: string | readonly string[];
  /** The peer's port, a range (`'8000-8999'`), or a list of which one must match. */
  readonly ports?: number | string | readonly (number | string)[];
}

/** Reads patterns; none where nothing is given. Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field after `prefix`. */
export function peerTests(
  { hosts, ports }: Partial<Record<keyof PeerPatterns, unknown>>,
  prefix = '',
): readonly PeerTest[] {
  return [
    ...(hosts === undefined ? [] : [anyOf(hosts, hostPattern, `${prefix}hosts`)]),
    ...(ports === undefined ? [] : [anyOf(ports, portPattern, `${prefix}ports`)]),
  ];
}

function anyOf(
  patterns: unknown,
  read: (pattern: unknown, field: string) => PeerTest,
  field: string,
): PeerTest {
  if (!Array.isArray(patterns)) return read(patterns, field);
  if (patterns.length === 0) throw invalidArgument(field, 'must not be empty');
  const tests = patterns.map((pattern, index) => read(pattern, `${field}[${index}]`));
  return (peer) => tests.some((test) => test(peer));
}
