import { expect, it } from 'vitest';
import { startProgram } from '../fixtures/program.js';
import { twoLinkLab } from '../lab/index.js';

interface Held {
  readonly heapKiB: number;
  readonly fds: number;
  readonly flows: number;
  readonly listeners: number;
}

it('100,000 times tracked and untracked leaves no heap, handle, listener or native flow behind', async () => {
  await using net = await twoLinkLab();
  const echo = await net.server.tcpEcho();
  const program = await startProgram(
    net.client,
    'track-churn',
    { host: net.addresses.server.v4, port: echo.port, rounds: [2000, 100_000] },
    { nodeOptions: ['--expose-gc'] },
  );
  await program.exit;
  const [before, after] = program.lines.map((line) => JSON.parse(line) as Held);
  if (before === undefined || after === undefined) throw new Error(program.stderr);
  expect({ ...after, heapKiB: 0 }).toEqual({ ...before, heapKiB: 0 });
  expect(after.flows).toBe(0);
  // One that were kept would take half a kilobyte at least: 50,000 of the 100,000.
  expect(after.heapKiB - before.heapKiB).toBeLessThan(1000);
}, 60_000);
