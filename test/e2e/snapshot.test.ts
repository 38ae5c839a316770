import { expect, type Page, test } from '@playwright/test';
import type { NetworkState, Path } from '../../main/electron/index.js';
import { bestDefaultRemoved, Lab, linkDown, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { logOf, PlainApplication } from './support/plain-application.js';

// What a page knows is what main knows, as far as main shows it.

/** What a page should know of main's state. */
function shown(
  { generation, status, families, validated, defaultPaths, links }: NetworkState,
  hasAddresses: boolean,
) {
  const path = (full: Path | null) =>
    full && {
      link: full.link,
      ifindex: full.oif,
      gateway: hasAddresses ? full.gateway : null,
      source: hasAddresses ? full.source : null,
    };
  const used = [defaultPaths[4]?.oif, defaultPaths[6]?.oif];
  return {
    ...{ generation, status, families, validated, portal: null },
    defaultPaths: { 4: path(defaultPaths[4]), 6: path(defaultPaths[6]) },
    reconnectWhen: 'path',
    links: links
      .filter(({ ifindex }) => used.includes(ifindex))
      .map(({ ifindex, name, kind, isUp, hasCarrier }) => ({ ifindex, name, kind, isUp, hasCarrier })),
  };
}

async function expectSameAsMain(app: PlainApplication, page: Page, hasAddresses: boolean): Promise<void> {
  await expect(async () => {
    const { state, capabilities } = await app.application.electron.evaluate(() => {
      const { monitor } = mainSide.roamkit;
      return { state: monitor.state, capabilities: monitor.capabilities };
    });
    expect(await page.evaluate(() => pageSide.roamkit.getSnapshot())).toEqual({
      seq: expect.any(Number),
      ...shown(state, hasAddresses),
      capabilities: { ...capabilities, addresses: hasAddresses },
    });
  }).toPass({ intervals: [20], timeout: 10_000 });
}

const situations: readonly {
  readonly what: string;
  readonly make: (net: TwoLinkLab) => Promise<unknown>;
}[] = [
  { what: 'at first', make: async () => {} },
  { what: 'with the better link down', make: ({ ethernet }) => linkDown(ethernet.a) },
  { what: 'without a default route', make: ({ client }) => bestDefaultRemoved(client) },
  { what: 'with both links down', make: ({ wifi }) => linkDown(wifi.a) },
];

for (const exposeAddresses of [false, true]) {
  test(`a page's snapshot is main's state, ${exposeAddresses ? 'with' : 'without'} addresses`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await PlainApplication.launch({ options: { exposeAddresses } });
    const page = await app.page();
    for (const { what, make } of situations) {
      await test.step(what, async () => {
        const seq = () => app.application.electron.evaluate(() => mainSide.roamkit.monitor.state.seq);
        const before = await seq();
        await make(net);
        if (what !== 'at first') await eventually(seq).toBeGreaterThan(before);
        await expectSameAsMain(app, page, exposeAddresses);
      });
    }
    const all = JSON.stringify([
      await page.evaluate(() => pageSide.roamkit.getSnapshot()),
      await logOf(page),
    ]);
    expect(all, 'a MAC address').not.toMatch(/([0-9a-f]{2}:){5}[0-9a-f]{2}/i);
    if (!exposeAddresses) expect(all, 'an address').not.toMatch(/198\.51\.100|192\.0\.2|2001:db8/);
  });
}

test('a signal never belongs to a later generation than the snapshot that the page has when it comes', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const page = await app.page();
  // Within a frame of each other, so that the snapshot's changes are held back.
  const { wifiGateway } = net.addresses;
  const better = [wifiGateway.v4, wifiGateway.v6].map(
    (gateway) => `default via ${gateway} dev wlan0 metric 50`,
  );
  for (let round = 0; round < 5; round++) {
    for (const verb of ['add', 'del']) await net.client.ip(better.map((route) => `route ${verb} ${route}`));
  }
  const generation = await app.application.electron.evaluate(async () => {
    const { monitor } = mainSide.roamkit;
    // When it resolves, main has heard of all that was done until now.
    await monitor.resync();
    return monitor.state.generation;
  });
  await eventually(() => page.evaluate(() => pageSide.roamkit.getSnapshot().generation)).toBe(generation);
  const signals = (await logOf(page)).filter(({ event }) => event === 'reconnect');
  expect(signals.length).toBeGreaterThan(0);
  expect(signals.filter(({ generation = 0, known = 0 }) => known < generation)).toEqual([]);
});
