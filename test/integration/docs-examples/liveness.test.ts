import { expect, it } from 'vitest';
import { startExample } from '../../fixtures/docs-example.js';
import { twoLinkLab } from '../../lab/index.js';

it('pings a silent peer, and closes when no answer comes', async () => {
  await using net = await twoLinkLab();
  const echo = await net.server.tcpEcho();
  const { v4 } = net.addresses.server;
  await using example = await startExample(net.client, 'liveness', [v4, String(echo.port), '0.3']);
  await example.nextLine((line) => line === 'chat: connected', { timeoutMs: 10_000 });
  // The echo of a ping.
  await example.nextLine((line) => line === 'chat: ping');
  process.kill(echo.process.pid, 'SIGSTOP');
  await example.nextLine((line) => line.startsWith(`chat: ${v4}:${echo.port} cannot be reached`));
  expect(example.lines.filter((line) => line !== 'chat: ping')).toEqual([
    'chat: connected',
    'chat: about to close, no-proof-of-life',
    'chat: closed, no-proof-of-life',
    `chat: ${v4}:${echo.port} cannot be reached any more: no-proof-of-life`,
  ]);
});
