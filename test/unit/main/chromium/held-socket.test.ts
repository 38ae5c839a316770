import { expect, it } from 'vitest';
import { cookieHalves, heldSockets } from '../../../../main/chromium/held-socket.js';

it('reads the sockets of an inventory, addresses by their number', () => {
  const sockets = Uint32Array.of(
    ...[7, 20, 4711, 5, 0, 1, 0, 0, 40_000, 1, 443, 0],
    ...[7, 21, 4712, 0xffff_fffe, 3, 2, 9, 0, 40_001, 2, 80, 1],
  );
  const addresses = ['192.0.2.1', '203.0.113.1', '203.0.113.2'];
  const local = { address: '192.0.2.1', port: 40_000 };
  expect(heldSockets({ processes: [], addresses, sockets })).toEqual([
    {
      protocol: 'tcp',
      pid: 7,
      fd: 20,
      inode: 4711,
      cookie: 5,
      state: 1,
      oif: null,
      local,
      remote: { address: '203.0.113.1', port: 443 },
    },
    {
      protocol: 'udp',
      pid: 7,
      fd: 21,
      inode: 4712,
      cookie: 3 * 2 ** 32 + 0xffff_fffe,
      state: 2,
      oif: 9,
      local: { ...local, port: 40_001 },
      remote: { address: '203.0.113.2', port: 80 },
    },
  ]);
});

it.each([1, 2 ** 32 - 1, 2 ** 32, 5 * 2 ** 32 + 3])(
  'takes the cookie %d apart as it was put together',
  (cookie) => {
    const [low, high] = cookieHalves(cookie);
    expect(high * 2 ** 32 + low).toBe(cookie);
    expect([low, high].every((half) => half >= 0 && half < 2 ** 32)).toBe(true);
  },
);
