import type { Endpoint } from '../../core/verdict-types.js';
import type { NativeInventory } from '../monitor/native-addon.js';

/** A TCP connection, or a connected UDP socket, that a process holds. */
export interface HeldSocket {
  readonly protocol: 'tcp' | 'udp';
  /** The kernel's own name for the socket, never used again (SO_COOKIE, socket(7)). */
  readonly cookie: number;
  readonly pid: number;
  /** Its descriptor in that process when it was last seen. */
  readonly fd: number;
  readonly inode: number;
  /** As the kernel numbers them (tcp_states.h): 1 established (UDP: connected), 2 SYN-SENT, … */
  readonly state: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The ifindex of the link that it is bound to (SO_BINDTODEVICE), else `null`. */
  readonly oif: number | null;
}

const NUMBERS_A_SOCKET = 12;
const HALF = 2 ** 32;

/** The sockets of an inventory. */
export function heldSockets({ sockets, addresses }: NativeInventory): HeldSocket[] {
  const endpoint = (address: number, port: number): Endpoint => ({ address: addresses[address] ?? '', port });
  const held: HeldSocket[] = [];
  for (let start = 0; start < sockets.length; start += NUMBERS_A_SOCKET) {
    const numbers = sockets.subarray(start, start + NUMBERS_A_SOCKET);
    const [pid = 0, fd = 0, inode = 0, low = 0, high = 0, state = 0, oif = 0] = numbers;
    const [local = 0, localPort = 0, remote = 0, remotePort = 0, isUdp = 0] = numbers.subarray(7);
    held.push({
      protocol: isUdp === 1 ? 'udp' : 'tcp',
      pid,
      fd,
      inode,
      // The kernel counts cookies up from 1: 2^53 of them are enough.
      cookie: high * HALF + low,
      state,
      oif: oif === 0 ? null : oif,
      local: endpoint(local, localPort),
      remote: endpoint(remote, remotePort),
    });
  }
  return held;
}

/** The halves of a cookie, as the addon takes them. */
export function cookieHalves(cookie: number): readonly [low: number, high: number] {
  return [cookie % HALF, Math.floor(cookie / HALF)];
}
