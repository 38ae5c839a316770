import { expect, it } from 'vitest';
import { startExample } from '../../fixtures/docs-example.js';
import { allDefaultsRemoved, twoLinkLab } from '../../lab/index.js';

it("tells the network's news, metrics and the application's own", async () => {
  await using net = await twoLinkLab();
  await using example = await startExample(net.client, 'bus', []);
  await example.nextLine((line) => line.startsWith('roamkit.monitor.route.count'), { timeoutMs: 10_000 });
  expect(example.lines.toSorted()).toEqual([
    '3 unread',
    'roamkit.monitor.route.count is an OpenTelemetry up-down-counter in {route}',
    'seen from outside: {"class":"chat","message":{"unread":3}}',
  ]);
  await allDefaultsRemoved(net.client);
  await example.nextLine((line) => line === 'network {"rt":"del"}');
  await example.nextLine((line) => line === 'network {"trigger":"cpdcheck","src":"gw-change"}');
  await example.nextLine((line) => line === 'status local');
});
