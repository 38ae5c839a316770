import { expect, test } from '@playwright/test';
import {
  allDefaultsRemoved,
  bestDefaultRemoved,
  Lab,
  type Loss,
  linkDown,
  partialLosses,
  twoLinkLab,
} from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { RoamingApplication } from './support/roaming-application.js';

// A page's RoamingWebSocket, in real Electron with the sandbox on: it must be back without a line of the application's own.

const losses: readonly (readonly ['v4' | 'v6', Loss])[] = [
  ['v6', partialLosses.linkDown],
  ...Object.values(partialLosses).map((loss) => ['v4', loss] as const),
];

for (const [version, { what, reason, lose }] of losses) {
  test(`over IP${version} a socket closes and is open again over the other link when ${what}`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await RoamingApplication.launch(net, version);
    const { ethernet, wifi } = net.addresses;
    await lose(net);
    await eventually(() => app.story()).toContain(wifi[version]);
    const story = await app.story();
    expect(story.slice(0, 2)).toEqual(['open', ethernet[version]]);
    // Where Chromium finds out by itself as well, one of the two is first.
    expect(story[2]).toMatch(new RegExp(`^close( ${reason})? 1006$`));
    expect(story[3]).toMatch(/^reconnecting (network|peer)$/);
    expect(story.slice(-3)).toEqual(['open', story[3]?.replace('ing', 'ed'), wifi[version]]);
    await app.expectWatched(1);
    expect(await app.page.evaluate(() => pageSide.counts().tokens)).toBeGreaterThan(1);
  });
}

test('a socket waits while there is no default route, keeps what is sent, and is back with the first one', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await RoamingApplication.launch(net);
  const undo = await allDefaultsRemoved(net.client);
  await eventually(() => app.story()).toContainEqual(expect.stringMatching(/^reconnecting/));
  const tokens = await app.page.evaluate(() => pageSide.counts().tokens);
  expect(await app.page.evaluate(() => pageSide.socket.send('number 1'))).toBe(true);
  // Nothing was tried: for that the URL would have been asked for.
  expect(await app.page.evaluate(() => pageSide.counts().tokens)).toBe(tokens);
  await undo();
  await eventually(() => app.page.evaluate(() => pageSide.received)).toEqual(['number 1']);
  expect(await app.story()).toContain(net.addresses.ethernet.v4);
});

test('a socket moves to a better link without a close, and no message is lost or comes twice', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  const undo = await bestDefaultRemoved(net.client);
  await using app = await RoamingApplication.launch(net);
  const { ethernet, wifi } = net.addresses;
  expect(await app.story()).toEqual(['open', wifi.v4]);
  const stop = await app.page.evaluateHandle(() => pageSide.keepSending());
  await eventually(() => app.page.evaluate(() => pageSide.received.length)).toBeGreaterThan(10);
  await undo();
  await eventually(() => app.story()).toContain(ethernet.v4);
  const atSwitch = await app.page.evaluate(() => pageSide.received.length);
  await eventually(() => app.page.evaluate(() => pageSide.received.length)).toBeGreaterThan(atSwitch + 10);
  await app.page.evaluate((end) => end(), stop);
  const { sent } = await app.page.evaluate(() => pageSide.counts());
  await eventually(() => app.page.evaluate(() => pageSide.received.length)).toBe(sent);
  expect(new Set(await app.page.evaluate(() => pageSide.received)).size).toBe(sent);
  expect((await app.story()).slice(2)).toEqual([
    'reconnecting rerouted',
    'open',
    'reconnected rerouted',
    ethernet.v4,
  ]);
});

test('a socket of the installed class closes at once when its path is dead, and stays closed', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await RoamingApplication.launch(net);
  expect(await app.page.evaluate(() => pageSide.openInstalled())).toBe(true);
  await eventually(() => app.story()).toContain('plain open');
  await app.expectWatched(2);
  await linkDown(net.ethernet.a);
  await eventually(() => app.story()).toContainEqual(
    expect.stringMatching(/^plain close( link-down)? 1006$/),
  );
  await eventually(() => app.story()).toContain(net.addresses.wifi.v4);
  expect((await app.story()).filter((line) => line === 'plain open')).toHaveLength(1);
});

// Chromium hears of addresses that go as soon as we do, and ends its requests with an error of its own.
for (const { what, reason, lose } of [partialLosses.linkDown, partialLosses.addressRemoved]) {
  test(`a request ends at once, and is put once more over the other link if it may be, when ${what}`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await RoamingApplication.launch(net);
    const { port } = await net.server.http();
    const url = `http://${net.addresses.server.v4}:${port}/slow?ms=`;
    const outcomes = Promise.all([
      app.page.evaluate((slow) => pageSide.outcomeOf(`${slow}1000000`, { method: 'POST' }), url),
      app.page.evaluate((slow) => pageSide.outcomeOf(`${slow}2000`, { method: 'GET' }), url),
    ]);
    await app.expectWatched(2);
    await lose(net);
    expect(await outcomes).toEqual([`ERR_ROAMKIT_UNROUTABLE ${reason}`, 200]);
  });
}

test("a request that its peer refuses has the browser's own error", async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await RoamingApplication.launch(net);
  const refusing = `http://${net.addresses.server.v4}:1/`;
  expect(await app.page.evaluate((url) => pageSide.outcomeOf(url), refusing)).toBe('TypeError undefined');
});
