import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type MonitoredLab, monitoredLab } from '../fixtures/monitored-lab.js';
import { expectSameRoutes } from '../fixtures/route-lists.js';

// What waits for JavaScript while it does something else: no more than leads from what it knows to what is so now.

const ROUNDS = 60;

/** Runs the commands to their end; the JavaScript thread does nothing else meanwhile. */
async function whileBlocked({ net }: MonitoredLab, commands: readonly string[]): Promise<void> {
  const file = path.join(tmpdir(), `roamkit-backlog-${process.pid}`);
  await writeFile(file, `${commands.join('\n')}\n`);
  const { command, args } = net.client.enter('ip', ['-batch', file]);
  execFileSync(command, args);
  await rm(file);
}

/** Counts the events of a kind by what they are about. */
function tally(): { readonly counts: Map<string, number>; add(key: string): void } {
  const counts = new Map<string, number>();
  return { counts, add: (key) => void counts.set(key, (counts.get(key) ?? 0) + 1) };
}

it('tells what is different, not each step that led there', async () => {
  await using lab = await monitoredLab();
  const [links, addresses, rules] = [tally(), tally(), tally()];
  lab.monitor.on('link', ({ kind, link }) => links.add(`${kind} ${link.name}`));
  lab.monitor.on('address', ({ kind, address }) => addresses.add(`${kind} ${address.address}`));
  lab.monitor.on('rule', ({ kind, rule }) => rules.add(`${kind} ${rule.priority}`));
  const round = (n: number): string[] => [
    `link add passing${n} type bridge`,
    'link set wlan0 mtu 1400',
    'addr add 10.9.0.1/24 dev wlan0',
    'rule add pref 900 to 10.9.0.0/24 lookup 77',
    `link set passing${n} up`,
    'addr del 10.9.0.1/24 dev wlan0',
    'rule del pref 900',
    `link del passing${n}`,
  ];
  await whileBlocked(lab, [
    ...Array.from({ length: ROUNDS }, (_, n) => round(n)).flat(),
    'link add staying type bridge',
    'addr add 10.8.0.1/24 dev wlan0',
    'rule add pref 901 to 10.8.0.0/24 lookup 77',
    'addr del 192.0.2.1/24 dev wlan0',
  ]);
  await lab.settled();
  // A first batch may have been on its way when JavaScript stopped listening.
  const most = Math.max(...links.counts.values(), ...addresses.counts.values(), ...rules.counts.values());
  expect(most).toBeLessThanOrEqual(2);
  const passing = [...links.counts.keys()].filter((key) => key.includes('passing'));
  expect(passing.length).toBeLessThanOrEqual(ROUNDS / 4);
  expect(links.counts.get('add staying')).toBe(1);
  expect(addresses.counts.get('add 10.8.0.1')).toBe(1);
  expect(addresses.counts.get('remove 192.0.2.1')).toBe(1);
  expect(rules.counts.get('add 901')).toBe(1);
  const { state } = lab.monitor;
  const names = state.links.map(({ name }) => name);
  expect(names).toContain('staying');
  expect(names.filter((name) => name.startsWith('passing'))).toEqual([]);
  expect(state.addresses.map(({ address }) => address)).toContain('10.8.0.1');
  expect(state.addresses.map(({ address }) => address)).not.toContain('10.9.0.1');
  expect(state.rules.map(({ priority }) => priority)).not.toContain(900);
  await expectSameRoutes(lab.monitor, lab.net.client);
});

it('tells an address that went and came back with other properties as both, in this order', async () => {
  await using lab = await monitoredLab();
  await lab.ip('addr add 10.8.0.1/24 dev wlan0');
  const told: string[] = [];
  lab.monitor.on('address', ({ kind, address }) => told.push(`${kind} ${address.address} ${address.scope}`));
  await whileBlocked(lab, [
    ...Array.from({ length: ROUNDS }, () => [
      'addr del 10.8.0.1/24 dev wlan0',
      'addr add 10.8.0.1/24 dev wlan0 scope link',
    ]).flat(),
  ]);
  await lab.settled();
  expect(told.at(-1)).toBe('add 10.8.0.1 link');
  expect(told[0]).toBe('remove 10.8.0.1 global');
  // The first batch, which had begun, may hold some steps of its own: more of them where the machine is busy.
  expect(told.length).toBeLessThanOrEqual(ROUNDS);
  expect(lab.monitor.state.addresses.find(({ address }) => address === '10.8.0.1')?.scope).toBe('link');
});

it('tells each flow its last verdict, once, and nothing to those that are as before', async () => {
  await using lab = await monitoredLab();
  const { flows } = lab.watchBoth('ethernet');
  const other = lab.watch(lab.toServer('wifi', 'v4'));
  const gateway = '198.51.100.254';
  const flap = [
    `route del default via ${gateway} dev eth0 metric 100`,
    `route add default via ${gateway} dev eth0 metric 100`,
  ];
  const many = Array.from({ length: ROUNDS }, () => flap).flat();
  await whileBlocked(lab, many);
  await lab.settled();
  // What was on its way when JavaScript stopped listening may be told, and then its end must be.
  expect(flows.map(({ told }) => told.length <= 2)).toEqual([true, true]);
  expect(flows.map(({ verdict }) => verdict.kind)).toEqual(['routable', 'routable']);
  const before = flows.map(({ told }) => told.length);
  await whileBlocked(lab, [...many, 'link set eth0 down']);
  await lab.settled();
  expect(flows.map(({ told }, index) => told.length - (before[index] ?? 0) <= 2)).toEqual([true, true]);
  expect(flows.map(({ told }) => told.at(-1))).toEqual(['unroutable link-down', 'unroutable link-down']);
  expect(other.verdict.kind).toBe('routable');
});

it('lists some thousand route changes and counts the rest', async () => {
  await using lab = await monitoredLab();
  const prefixes = Array.from({ length: 20_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`);
  let listed = 0;
  let omitted = 0;
  lab.monitor.on('route', () => listed++);
  lab.monitor.on('batch', (batch) => {
    omitted += batch.omittedRoutes;
  });
  await whileBlocked(
    lab,
    prefixes.map((prefix) => `route add ${prefix} via 192.0.2.254`),
  );
  await lab.settled();
  expect(listed + omitted).toBeGreaterThanOrEqual(prefixes.length);
  expect(listed).toBeLessThan(10_000);
  await expectSameRoutes(lab.monitor, lab.net.client);
});
