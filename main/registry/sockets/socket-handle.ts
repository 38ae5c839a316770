import type { Socket } from 'node:net';
import { invalidArgument } from '../../../core/errors.js';
import { loadNativeAddon, type NativeAddon } from '../../monitor/native-addon.js';

// What only the handle behind a socket, or its descriptor, can be asked or told. Node shows it under a name that says not to
// rely on it: so it is asked for here and nowhere else, and where it is missing (another platform, another runtime, TLS over
// a stream that is no socket, a build without the addon) nothing is known and nothing is set.

/** The ifindex of the link that a socket is bound to (SO_BINDTODEVICE, socket(7)); `null`: none, or not to be known. */
export function boundIfindexOf(socket: Socket): number | null {
  const fd = descriptorOf(socket);
  const ifindex = fd === null ? 0 : (addon()?.boundIfindex(fd) ?? 0);
  return ifindex === 0 ? null : ifindex;
}

/** Sets TCP_USER_TIMEOUT (RFC 5482, tcp(7)) on a connected socket. False where that cannot be done. */
export function setUserTimeout(socket: Socket, timeoutMs: number): boolean {
  const fd = descriptorOf(socket);
  return fd !== null && (addon()?.setUserTimeout(fd, timeoutMs) ?? false);
}

// The kernel reads an int.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT` on a timeout that the kernel would refuse, or take for none. */
export function checkUserTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined) return;
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= LONGEST_TIMEOUT_MS) return;
  throw invalidArgument(
    'userTimeoutMs',
    `must be a whole number from 1 to ${LONGEST_TIMEOUT_MS}, not ${String(timeoutMs)}`,
  );
}

/**
 * Whether a socket waits in a pool: pools let such sockets go (`unref`), so that they do not hold the process, and take
 * them back (`ref`) for a request. Node has no public way to ask.
 */
export function isSpare(socket: Socket): boolean {
  const handle = handleOf(socket);
  return (handle?._parent ?? handle)?.hasRef?.() === false;
}

/** What is behind a socket. That of TLS has the connection's as its parent. */
interface Handle {
  readonly fd?: unknown;
  readonly hasRef?: () => boolean;
  readonly _parent?: Handle | null;
}

function handleOf(socket: Socket): Handle | null {
  return (socket as { readonly _handle?: Handle | null })._handle ?? null;
}

function descriptorOf(socket: Socket): number | null {
  const fd = handleOf(socket)?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}

let loaded: NativeAddon | null | undefined;

function addon(): NativeAddon | null {
  if (loaded === undefined) {
    try {
      loaded = loadNativeAddon();
    } catch {
      loaded = null;
    }
  }
  return loaded;
}
