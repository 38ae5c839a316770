import { expect, it } from 'vitest';
import { startExample } from '../../fixtures/docs-example.js';
import { linkDown, twoLinkLab } from '../../lab/index.js';

it('signals by its rule, and closes when the rule is gone', async () => {
  await using net = await twoLinkLab();
  const echo = await net.server.tcpEcho();
  // The server's address is in the network of the first rule.
  await using example = await startExample(net.client, 'policy', [
    net.addresses.server.v4,
    String(echo.port),
  ]);
  await example.nextLine((line) => line === 'chat: connected', { timeoutMs: 10_000 });
  await linkDown(net.ethernet.a);
  await example.nextLine((line) => line === 'chat: suspect, link-down');
  process.kill(example.pid, 'SIGUSR2');
  await example.nextLine((line) => line === 'chat: closed, link-down');
  expect(example.lines).toEqual(['chat: connected', 'chat: suspect, link-down', 'chat: closed, link-down']);
});
