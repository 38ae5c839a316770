import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { IpShell } from '../fixtures/ip-shell.js';
import { Lab, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { Marker } from './support/marker.js';
import { SocketsApplication } from './support/sockets-application.js';

// What DHCP clients, network managers and Wi-Fi do to a connection that works: with the default policy it costs nothing.

const ways = { v4: '198.51.100.254 dev eth0 metric 100', v6: '2001:db8:2::fe dev eth0 metric 100' };
const addresses = { v4: '198.51.100.1/24 dev eth0', v6: '2001:db8:2::1/64 dev eth0' };

function defaultRoute(version: 'v4' | 'v6', verb: 'add' | 'del'): string {
  return `route ${verb} default via ${ways[version]}`;
}

function address(version: 'v4' | 'v6', verb: 'add' | 'del'): string {
  return `addr ${verb} ${addresses[version]}${version === 'v6' && verb === 'add' ? ' nodad' : ''}`;
}

/** The last address of an IPv4 link takes the default through it along; IPv6 keeps it. */
function addressBack(version: 'v4' | 'v6'): string[] {
  return version === 'v4' ? [address('v4', 'add'), defaultRoute('v4', 'add')] : [address('v6', 'add')];
}

/** Expects that nothing was closed and nobody told to reconnect, and that nothing is left to follow. */
async function expectNothingLost(
  net: TwoLinkLab,
  app: SocketsApplication,
  version: 'v4' | 'v6',
): Promise<void> {
  const heard = await new Marker(net, app, version).heardBefore();
  expect(heard.page.filter((line) => line !== 'change')).toEqual([]);
  expect(heard.main.filter((line) => !/^(change|suspect|recovered)\b/.test(line))).toEqual([]);
  const states = await app.application.electron.evaluate(() =>
    mainSide.roamkit.registry
      .connections()
      // The page's own socket is there once more, found by an inventory if there was one since.
      .filter(({ owner, state }) => owner !== 'chromium' || state !== 'routable')
      .map(({ state }) => state),
  );
  expect(states).toEqual(['routable', 'routable']);
  await app.expectEchoes();
}

for (const version of ['v4', 'v6'] as const) {
  test.describe(`over IP${version} nothing is closed when`, () => {
    test('the default route is deleted and put back 20 ms later', async () => {
      await using net = await twoLinkLab({ client: await Lab.here() });
      await using app = await SocketsApplication.launch(net, version);
      await using ip = await IpShell.open(net.client);
      await ip.run(defaultRoute(version, 'del'));
      await delay(20);
      await ip.run(defaultRoute(version, 'add'));
      for (const owner of ['main', 'page']) {
        await eventually(() => app.main.story()).toContain(`recovered ${owner}`);
      }
      expect(await app.main.story()).toContain('suspect page gateway-removed');
      await expectNothingLost(net, app, version);
    });

    test('the address is deleted and put back at once', async () => {
      await using net = await twoLinkLab({ client: await Lab.here() });
      await using app = await SocketsApplication.launch(net, version);
      await net.client.ip([address(version, 'del'), ...addressBack(version)]);
      await expectNothingLost(net, app, version);
    });
  });
}
