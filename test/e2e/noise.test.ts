import { expect, test } from '@playwright/test';
import {
  addressRefresh,
  aliasChange,
  captureStarted,
  dockerLikeVeth,
  Lab,
  linkDown,
  mtuChange,
  type TwoLinkLab,
  twoLinkLab,
  type Undo,
  unrelatedRoute,
} from '../lab/index.js';
import { Marker } from './support/marker.js';
import { SocketsApplication } from './support/sockets-application.js';

// What happens on any machine all day: nobody may hear of it, and no connection may suffer.

const nothing: Undo = async () => {};

const noises: readonly {
  readonly what: string;
  readonly make: (net: TwoLinkLab) => Promise<Undo>;
}[] = [
  { what: 'an unrelated route comes and goes', make: ({ ethernet }) => unrelatedRoute(ethernet.a) },
  {
    what: 'an unrelated IPv6 route comes and goes',
    make: ({ ethernet }) => unrelatedRoute(ethernet.a, '2001:db8:99::/48'),
  },
  { what: 'a container starts and ends', make: ({ client }) => dockerLikeVeth(client).then(() => nothing) },
  { what: 'the MTU changes', make: ({ ethernet }) => mtuChange(ethernet.a) },
  { what: 'the addresses are refreshed', make: ({ ethernet }) => addressRefresh(ethernet.a) },
  { what: 'the link gets an alias', make: ({ ethernet }) => aliasChange(ethernet.a) },
  { what: 'the other link goes down and comes back', make: ({ wifi }) => linkDown(wifi.a) },
  { what: 'a packet capture runs', make: ({ ethernet }) => captureStarted(ethernet.a) },
];

for (const version of ['v4', 'v6'] as const) {
  test.describe(`over IP${version} nothing happens when`, () => {
    let net: TwoLinkLab;
    let app: SocketsApplication;
    let marker: Marker;

    test.beforeAll(async () => {
      net = await twoLinkLab({ client: await Lab.here() });
      app = await SocketsApplication.launch(net, version);
      marker = new Marker(net, app, version);
    });

    test.afterAll(async () => {
      await app.application.quit();
      await net.close();
    });

    for (const { what, make } of noises) {
      test(what, async () => {
        const undo = await make(net);
        await app.expectEchoes();
        await undo();
        await app.expectEchoes();
        expect(await marker.heardBefore()).toEqual({ main: [], page: [] });
      });
    }
  });
}
