import type { Socket } from 'node:net';
import { invalidArgument } from '../../../core/errors.js';
import { defaultPolicy, isPlainObject, mergePolicy, type PolicyOverrides } from '../../../core/policy.js';
import type { Endpoint } from '../../../core/verdict-types.js';
import { comparableHost } from '../policy/host-pattern.js';
import { type PeerPatterns, peerTests } from '../policy/peer-tests.js';
import type { TrackOptions } from '../registry-options.js';
import type { SocketSide } from './opened-sockets.js';

/** A socket that a filter of `ConnectionRegistry.trackAll` is asked about. */
export interface SocketCandidate {
  readonly socket: Socket;
  /** `client`: this process connects; `server`: it accepted. */
  readonly side: SocketSide;
  /** `client`: the name or address that was asked for (through a proxy: the proxy's); `server`: the client's address. */
  readonly host: string;
  readonly remote: Endpoint;
  /** The server's port: of a client, the peer's; of an accepted socket, its own. */
  readonly port: number;
}

/**
 * Which sockets `ConnectionRegistry.trackAll` tracks, and how. A socket must pass all that is given; `ports` are the server's:
 * of an accepted socket, its own. Default: every socket passes.
 */
export interface TrackAllOptions extends PeerPatterns, Pick<TrackOptions, 'beforeInvalidate' | 'postponeMs'> {
  /** Default: both. */
  readonly side?: SocketSide;
  /** Asked last. What it throws surfaces as an uncaught exception, as from an event listener; the socket is not tracked. */
  readonly filter?: (candidate: SocketCandidate) => boolean;
  /** The connections' label, or what makes it. Default: each peer's address and port. */
  readonly label?: string | ((candidate: SocketCandidate) => string);
  /** What differs from the registry's policy. */
  readonly policy?: PolicyOverrides;
}

/** The test that the options make of their filters. Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field. */
export function socketFilter(options: TrackAllOptions): (candidate: SocketCandidate) => boolean {
  if (!isPlainObject(options)) throw invalidArgument('options', 'must be an object');
  const { side, hosts, ports, filter, label, policy, beforeInvalidate, postponeMs, ...rest } = options;
  const [unknownField] = Object.keys(rest);
  if (unknownField !== undefined) throw invalidArgument(unknownField, 'is not an option of trackAll');
  if (side !== undefined && side !== 'client' && side !== 'server') {
    throw invalidArgument('side', `must be client or server, not ${String(side)}`);
  }
  if (label !== undefined && typeof label !== 'string' && typeof label !== 'function') {
    throw invalidArgument('label', 'must be a text or a function');
  }
  if (filter !== undefined && typeof filter !== 'function') {
    throw invalidArgument('filter', 'must be a function');
  }
  mergePolicy(defaultPolicy, policy);
  const tests = peerTests({ hosts, ports });
  return (candidate) => {
    if (side !== undefined && candidate.side !== side) return false;
    const { host, remote, port } = candidate;
    const peer = { hosts: [comparableHost(host)], address: remote.address, port };
    return tests.every((test) => test(peer)) && (filter === undefined || filter(candidate));
  };
}
