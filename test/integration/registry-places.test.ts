import { expect, it } from 'vitest';
import { startProgram } from '../fixtures/program.js';
import { linkDown, twoLinkLab } from '../lab/index.js';

// Worker threads and child processes, each with a monitor and a registry of its own (test/fixtures/programs/registries.ts).

it('a worker thread and the main thread each lose their own connections only', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  await net.server.ip('addr add 203.0.113.2/24 dev eth0');
  await net.client.ip(`route add 203.0.113.2/32 via ${net.addresses.wifiGateway.v4} dev wlan0`);
  const targets = [
    { host: net.addresses.server.v4, port },
    { host: '203.0.113.2', port },
  ];
  const program = await startProgram(net.client, 'registries', { scenario: 'worker', targets });
  await program.nextLine((line) => line === 'worker ready', { timeoutMs: 10_000 });
  const undo = await linkDown(net.wifi.a);
  await program.nextLine((line) => line === 'worker closed');
  expect(program.lines.slice(2)).toEqual([
    'worker invalidated link-down',
    'worker error ERR_ROAMKIT_UNROUTABLE',
    'worker closed',
  ]);
  await undo();
  await linkDown(net.ethernet.a);
  await program.nextLine((line) => line === 'main closed');
  expect(program.lines.slice(5)).toEqual([
    'main invalidated link-down',
    'main error ERR_ROAMKIT_UNROUTABLE',
    'main closed',
  ]);
});

it('a socket handed to a child process is the child’s to lose', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const targets = [{ host: net.addresses.server.v4, port }];
  const program = await startProgram(net.client, 'registries', { scenario: 'child', targets });
  await program.nextLine((line) => line === 'child ready', { timeoutMs: 10_000 });
  await linkDown(net.ethernet.a);
  await program.nextLine((line) => line === 'child closed');
  const { lines } = program;
  expect(lines[0]).toBe('parent tracks 1');
  expect(lines.filter((line) => line.startsWith('child'))).toEqual([
    'child ready',
    'child invalidated link-down',
    'child error ERR_ROAMKIT_UNROUTABLE',
    'child closed',
  ]);
  expect(lines.filter((line) => line.startsWith('parent error') || line.startsWith('parent closed'))).toEqual(
    [],
  );
});
