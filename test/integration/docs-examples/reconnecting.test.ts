import { expect, it } from 'vitest';
import { startExample } from '../../fixtures/docs-example.js';
import { linkDown, twoLinkLab } from '../../lab/index.js';

it('is back over the other link when its own goes down, and waits when there is none', async () => {
  await using net = await twoLinkLab();
  const echo = await net.server.tcpEcho();
  const { server, ethernet, wifi } = net.addresses;
  await using example = await startExample(net.client, 'reconnecting', [server.v4, String(echo.port)]);
  const said = (line: string) => example.nextLine((text) => text === line, { timeoutMs: 10_000 });
  await said(`connected from ${ethernet.v4}`);
  await said('received hello');
  await linkDown(net.ethernet.a);
  await said(`lost: ${server.v4}:${echo.port} cannot be reached any more: link-down`);
  await said(`connected from ${wifi.v4}`);
  await said('received hello');
  const undo = await linkDown(net.wifi.a);
  await said('waiting');
  await undo();
  await said(`connected from ${wifi.v4}`);
  expect(example.lines).not.toContain('unreachable');
});
