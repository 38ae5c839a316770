import { expect, test } from '@playwright/test';
import { Lab, linkDown, partialLosses, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { type SocketSide, SocketsApplication } from './support/sockets-application.js';

// A WebSocket in the page and one in the main process, over the better of two links, lose their network in each of the
// five ways (README). Both must hear of it and reopen.

/** What a side heard and did about its own connection, from the moment on when that was invalidated. */
async function sinceInvalidated(side: SocketSide): Promise<string[]> {
  const story = await side.story();
  const start = story.findIndex((line) => line.startsWith(`invalidated ${side.owner}`));
  const own = new RegExp(`^(invalidated ${side.owner}|reconnect|open)`);
  return start < 0 ? [] : story.slice(start).filter((line) => own.test(line));
}

/** All defaults of both families, in one process: the kernel has done it within a grace period on any machine. */
function defaults({ addresses }: TwoLinkLab, verb: 'add' | 'del'): string[] {
  const { ethernetGateway, wifiGateway } = addresses;
  return [
    ...[ethernetGateway.v4, ethernetGateway.v6].map((via) => `${via} dev eth0 metric 100`),
    ...[wifiGateway.v4, wifiGateway.v6].map((via) => `${via} dev wlan0 metric 600`),
  ].map((route) => `route ${verb} default via ${route}`);
}

for (const version of ['v4', 'v6'] as const) {
  test.describe(`over IP${version}`, () => {
    for (const { what, reason, lose } of Object.values(partialLosses)) {
      test(`both sockets are invalidated (${reason}) and reopen when ${what}`, async () => {
        await using net = await twoLinkLab({ client: await Lab.here() });
        await using app = await SocketsApplication.launch(net, version);
        await lose(net);
        for (const side of app.sides) {
          await eventually(() => sinceInvalidated(side)).toContain('open');
          expect((await sinceInvalidated(side)).slice(0, 2)).toEqual([
            `invalidated ${side.owner} ${reason}`,
            'reconnect now',
          ]);
        }
        expect(await app.main.story()).toContain(`error ERR_ROAMKIT_UNROUTABLE ${reason}`);
        await app.expectEchoes();
      });
    }

    test('both are invalidated when all default routes are removed, and reopen once one is back', async () => {
      await using net = await twoLinkLab({ client: await Lab.here() });
      await using app = await SocketsApplication.launch(net, version);
      await net.client.ip(defaults(net, 'del'));
      for (const side of app.sides) {
        // Told to wait, and nothing else: there is no path.
        await eventually(() => sinceInvalidated(side)).toEqual([
          expect.stringMatching(`^invalidated ${side.owner} (no-route|gateway-removed)$`),
          'reconnect wait',
        ]);
      }
      const [back = ''] = defaults(net, 'add').filter((route) =>
        route.includes(net.addresses.wifiGateway[version]),
      );
      await net.client.ip(back);
      for (const side of app.sides) {
        await eventually(async () => (await sinceInvalidated(side)).slice(1)).toEqual([
          'reconnect wait',
          'reconnect now',
          'open',
        ]);
      }
      await app.expectEchoes();
    });
  });
}

test('a page is told once of a loss: invalidated for each connection, then one reconnect signal', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await SocketsApplication.launch(net, 'v4');
  await linkDown(net.ethernet.a);
  await eventually(() => app.page.story()).toContain('open');
  const story = await app.page.story();
  // Its own socket is closed from outside (docs/chromium.md), which it may hear of at any time.
  expect(story.filter((line) => line !== 'change' && line !== 'close')).toEqual([
    'invalidated main link-down',
    'invalidated page link-down',
    'reconnect now',
    expect.stringMatching(/^(tracked|open)$/),
    expect.stringMatching(/^(tracked|open)$/),
  ]);
});

test('in the main process a socket has closed when reconnect comes, so that its handlers know what to reopen', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await SocketsApplication.launch(net, 'v4');
  await linkDown(net.ethernet.a);
  await eventually(() => app.main.story()).toContain('open');
  const story = await app.main.story();
  expect(story.filter((line) => /^(invalidated main|close|reconnect|open)/.test(line))).toEqual([
    'invalidated main link-down',
    'close',
    'reconnect now',
    'open',
  ]);
});
