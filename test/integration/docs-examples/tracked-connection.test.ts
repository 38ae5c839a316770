import { expect, it } from 'vitest';
import { startExample } from '../../fixtures/docs-example.js';
import { linkDown, twoLinkLab } from '../../lab/index.js';

it('tells what becomes of its connection', async () => {
  await using net = await twoLinkLab();
  const echo = await net.server.tcpEcho();
  await using example = await startExample(net.client, 'tracked-connection', [
    net.addresses.server.v4,
    String(echo.port),
  ]);
  await example.nextLine((line) => line === 'chat: connected', { timeoutMs: 10_000 });
  await linkDown(net.ethernet.a);
  const peer = `${net.addresses.server.v4}:${echo.port}`;
  await example.nextLine((line) => line.startsWith(`chat: ${peer} cannot be reached`));
  expect(example.lines).toEqual([
    'chat: connected',
    'chat: suspect, link-down',
    'chat: closed, link-down',
    `chat: ${peer} cannot be reached any more: link-down`,
  ]);
});
