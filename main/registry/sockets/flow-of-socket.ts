import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { invalidArgument } from '../../../core/errors.js';
import type { Endpoint, Flow } from '../../../core/verdict-types.js';
import { unmapped, withoutScope } from '../../addresses.js';
import type { BackendFlow } from '../../monitor/backend.js';
import { boundIfindexOf } from './socket-handle.js';

/** A connection that is no socket of Node's: what the kernel sees of it, and how to close it. */
export interface FlowDescriptor {
  /** Default `tcp`. */
  readonly protocol?: 'tcp' | 'udp';
  /** Leave it out where it is not known; then nothing is concluded from the state of links and addresses. */
  readonly local?: Endpoint;
  readonly remote: Endpoint;
  /** The ifindex of the link the socket is bound to (SO_BINDTODEVICE). */
  readonly oif?: number;
  /**
   * For a connection that was found open, not opened by whoever tracks it: a time when it was not open yet, as
   * `NetworkMonitor.readUpTo()` gave it then (milliseconds of CLOCK_MONOTONIC). What the network lost since counts as what had
   * carried it, unless it may have been opened after that. Default: its situation when it is tracked is taken to work.
   */
  readonly openedAfterMs?: number;
  /** Closes the connection; called once, with the error that says why. */
  readonly close?: (error: Error) => void;
}

/** The flow of a connected TCP or TLS socket; `null` where it has no peer address: not connected, or a Unix socket. */
export function flowOfSocket(socket: Socket): Flow | null {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined || isIP(withoutScope(remoteAddress)) === 0)
    return null;
  return {
    protocol: 'tcp',
    local: localAddress === undefined ? null : { address: unmapped(localAddress), port: localPort ?? 0 },
    remote: { address: unmapped(remoteAddress), port: remotePort },
    oif: boundIfindexOf(socket),
  };
}

/**
 * The flow of a socket whose connect() to `remote` is under way: its own address and port are the kernel's choice already.
 */
export function flowOfAttempt(socket: Socket, remote: Endpoint): Flow {
  const own = socket.address();
  // None while it has no handle, and perhaps that of an earlier attempt.
  const isKnown = 'address' in own && isIP(withoutScope(own.address)) === isIP(withoutScope(remote.address));
  return {
    protocol: 'tcp',
    local: isKnown ? { address: unmapped(own.address), port: own.port } : null,
    remote: { address: unmapped(remote.address), port: remote.port },
    oif: boundIfindexOf(socket),
  };
}

/**
 * The flow of a connected UDP socket. Throws `ERR_ROAMKIT_INVALID_ARGUMENT` where it is not connected: such a socket may send
 * to anyone, so that no loss is its own.
 */
export function flowOfDatagramSocket(socket: DatagramSocket): Flow {
  const ends = endsOfDatagramSocket(socket);
  if (ends === null) {
    throw invalidArgument('target', 'is a UDP socket that is not connected: call connect() and wait for it');
  }
  const { local, remote } = ends;
  return {
    protocol: 'udp',
    local: { address: unmapped(local.address), port: local.port },
    remote: { address: unmapped(remote.address), port: remote.port },
    oif: null,
  };
}

/** Whether a UDP socket is connected to the flow's peer still: it may disconnect without a word. */
export function isConnectedTo(socket: DatagramSocket, { remote }: Flow): boolean {
  const ends = endsOfDatagramSocket(socket);
  return (
    ends !== null && unmapped(ends.remote.address) === remote.address && ends.remote.port === remote.port
  );
}

// Node throws where there are none: ERR_SOCKET_DGRAM_NOT_CONNECTED, ERR_SOCKET_DGRAM_NOT_RUNNING.
function endsOfDatagramSocket(
  socket: DatagramSocket,
): { readonly local: Endpoint; readonly remote: Endpoint } | null {
  try {
    return { local: socket.address(), remote: socket.remoteAddress() };
  } catch {
    return null;
  }
}

/** The flow that a descriptor describes. Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field. */
export function flowOfDescriptor(descriptor: FlowDescriptor): Flow {
  const { protocol = 'tcp', local, remote, oif, openedAfterMs, close } = descriptor;
  if (protocol !== 'tcp' && protocol !== 'udp') {
    throw invalidArgument('target.protocol', `must be tcp or udp, not ${String(protocol)}`);
  }
  if (oif !== undefined && !(Number.isInteger(oif) && oif > 0)) {
    throw invalidArgument('target.oif', `must be an ifindex, not ${String(oif)}`);
  }
  if (openedAfterMs !== undefined && !(Number.isFinite(openedAfterMs) && openedAfterMs > 0)) {
    throw invalidArgument('target.openedAfterMs', `must be a time, not ${String(openedAfterMs)}`);
  }
  if (close !== undefined && typeof close !== 'function') {
    throw invalidArgument('target.close', 'must be a function');
  }
  return {
    protocol,
    local: local === undefined ? null : checkEndpoint(local, 'target.local'),
    remote: checkEndpoint(remote, 'target.remote'),
    oif: oif ?? null,
  };
}

/** A flow as a monitor's backend takes it; `connectingSinceMs`: see {@link BackendFlow}. */
export function backendFlow(
  { protocol, local, remote, oif }: Flow,
  connectingSinceMs: number | null,
): BackendFlow {
  return {
    protocol,
    localAddress: local?.address ?? null,
    localPort: local?.port ?? 0,
    remoteAddress: remote.address,
    remotePort: remote.port,
    oif: oif ?? 0,
    connectingSinceMs,
  };
}

/** An endpoint in words: `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function endpointText({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function checkEndpoint(endpoint: Endpoint | undefined, field: string): Endpoint {
  if (typeof endpoint !== 'object' || endpoint === null)
    throw invalidArgument(field, 'must be { address, port }');
  const { address, port } = endpoint;
  if (typeof address !== 'string' || isIP(withoutScope(address)) === 0) {
    throw invalidArgument(`${field}.address`, `must be an IP address, not '${String(address)}'`);
  }
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw invalidArgument(`${field}.port`, `must be 0 to 65535, not ${String(port)}`);
  }
  return { address: unmapped(address), port };
}
