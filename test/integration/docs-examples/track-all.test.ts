import { expect, it } from 'vitest';
import { startExample } from '../../fixtures/docs-example.js';
import { linkDown, twoLinkLab } from '../../lab/index.js';

it('goes on by the other link, with connections that its agent opened by itself', async () => {
  await using net = await twoLinkLab();
  const http = await net.server.http();
  const url = `http://${net.addresses.server.v4}:${http.port}/`;
  await using example = await startExample(net.client, 'track-all', [url]);
  const answered = () => example.nextLine((line) => line === 'answered: 200', { timeoutMs: 10_000 });
  await answered();
  await linkDown(net.ethernet.a);
  await example.nextLine((line) => line === 'closed: link-down');
  await answered();
  expect(example.stderr).toBe('');
});
