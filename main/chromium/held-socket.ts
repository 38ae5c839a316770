import type { Endpoint } from '../../core/verdict-types.js';
import type { NativeInventory } from '../monitor/native-addon.js';

/** A TCP connection that a process holds. */
export interface HeldSocket {
  /** The kernel's own name for the socket, never used again (SO_COOKIE, socket(7)). */
  readonly cookie: number;
  readonly pid: number;
  /** Its descriptor in that process when it was last seen. */
  readonly fd: number;
  readonly inode: number;
  /** As the kernel numbers them (tcp_states.h): 1 established, 2 SYN-SENT, … */
  readonly state: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The ifindex of the link that it is bound to (SO_BINDTODEVICE), else `null`. */
  readonly oif: number | null;
}

const NUMBERS_A_SOCKET = 11;
const HALF = 2 ** 32;

/** The sockets of an inventory. */
export function heldSockets({ sockets, addresses }: NativeInventory): HeldSocket[] {
  const held: HeldSocket[] = [];
  for (let start = 0; start < sockets.length; start += NUMBERS_A_SOCKET) {
    const at = (index: number): number => sockets[start + index] ?? 0;
    const endpoint = (index: number): Endpoint => ({
      address: addresses[at(index)] ?? '',
      port: at(index + 1),
    });
    held.push({
      pid: at(0),
      fd: at(1),
      inode: at(2),
      // The kernel counts cookies up from 1: 2^53 of them are enough.
      cookie: at(4) * HALF + at(3),
      state: at(5),
      oif: at(6) === 0 ? null : at(6),
      local: endpoint(7),
      remote: endpoint(9),
    });
  }
  return held;
}

/** The halves of a cookie, as the addon takes them. */
export function cookieHalves(cookie: number): readonly [low: number, high: number] {
  return [cookie % HALF, Math.floor(cookie / HALF)];
}
