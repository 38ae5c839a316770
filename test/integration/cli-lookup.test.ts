import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lookup } from '../../main/index.js';
import { CLI } from '../fixtures/cli.js';
import { type TwoLinkLab, twoLinkLab } from '../lab/index.js';

let net: TwoLinkLab;
beforeAll(async () => {
  net = await twoLinkLab();
});
afterAll(() => net?.close());

async function lookup(args: readonly string[], input = '') {
  const result = await net.client.exec(process.execPath, [CLI, 'lookup', '--json', ...args], {
    allowFailure: true,
    input,
  });
  const answers = result.stdout
    .split('\n')
    .filter(Boolean)
    .map((line): Record<string, unknown> => JSON.parse(line));
  return { code: result.code, stderr: result.stderr, answers };
}

it('tells rules what they ask for', async () => {
  const { v4 } = net.addresses.server;
  const rules = [
    ['uidrange 70000-70000', '--uid', '70000'],
    ['tos 0x10', '--tos', '0x10'],
    ['ipproto tcp', '--proto', 'tcp'],
    ['sport 4000', '--sport', '4000'],
    ['dport 443', '--dport', '443'],
  ] as const;
  await net.client.ip('route add default via 192.0.2.254 table 100');
  for (const [selector, ...args] of rules) {
    await net.client.ip(`rule add ${selector} table 100 priority 100`);
    const told = await lookup(['--both', ...args, v4]);
    expect(told).toMatchObject({
      code: 0,
      answers: [{ mirror: { link: 'wlan0', certain: true }, agree: true }],
    });
    const untold = await lookup(['--both', v4]);
    expect(untold).toMatchObject({
      code: 0,
      answers: [{ mirror: { link: 'eth0', certain: false }, agree: true }],
    });
    await net.client.ip(`rule del ${selector} table 100 priority 100`);
  }
  await net.client.ip('route flush table 100');
});

it('takes a link by name or by index', async () => {
  const index = String(await net.wifi.a.ifindex());
  const { v4 } = net.addresses.server;
  const [byName, byIndex] = await Promise.all([lookup(['--oif', 'wlan0', v4]), lookup(['--oif', index, v4])]);
  expect(byName.answers).toMatchObject([{ link: 'wlan0', gateway: '192.0.2.254' }]);
  expect(byIndex).toEqual(byName);
});

it('agrees with the kernel whichever leg of a multipath route it takes', async () => {
  await net.client.ip('route add 10.0.0.0/8 nexthop via 192.0.2.254 nexthop via 198.51.100.254');
  const destinations = Array.from({ length: 50 }, (_, n) => `10.0.0.${n + 1}`);
  const { code, answers } = await lookup(['--both', ...destinations]);
  expect(code).toBe(0);
  const links = new Set(answers.map(({ kernel }) => (kernel as Lookup).link));
  // By its hash the kernel sends some by one and some by the other.
  expect([...links].sort()).toEqual(['eth0', 'wlan0']);
  for (const { mirror, kernel } of answers) {
    expect(mirror).toMatchObject({ certain: false, nexthops: [{ link: 'wlan0' }, { link: 'eth0' }] });
    expect(kernel).not.toHaveProperty('nexthops');
  }
  await net.client.ip('route del 10.0.0.0/8');
});

it('answers thousands of lines, and a bad one in its place', async () => {
  const count = 20_000;
  const lines = Array.from({ length: count }, (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  const bad = 12_345;
  lines[bad] = 'not an address';
  const { code, stderr, answers } = await lookup(['--both', '-'], `${lines.join('\n')}\n`);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expect(answers.map(({ dst }) => dst)).toEqual(lines);
  expect(answers[bad]).toEqual({
    line: bad + 1,
    dst: 'not an address',
    error: "'not an address' is not an IP address",
  });
  expect(answers.filter(({ agree }) => agree === true)).toHaveLength(count - 1);
});

it('exits with 1 where one of many destinations is unreachable', async () => {
  await net.client.ip('route add unreachable 10.9.0.0/16');
  const input = `${net.addresses.server.v4}\n10.9.1.1\n127.0.0.1\n`;
  const { code, answers } = await lookup(['-'], input);
  expect(code).toBe(1);
  expect(answers.map(({ routable }) => routable)).toEqual([true, false, true]);
  await net.client.ip('route del unreachable 10.9.0.0/16');
});

it('refuses a protocol that the kernel does not answer about, where the kernel is asked', async () => {
  const { code, stderr } = await lookup(['--kernel', '--proto', '50', net.addresses.server.v4]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^roamkit lookup: protocol: for IPv4 the kernel answers about 6, 17, 1 only, not 50\nusage: /,
  );
  expect((await lookup(['--proto', '50', net.addresses.server.v4])).code).toBe(0);
});
