/**
 * An hour's worth of what happens on a laptop and harms no connection. Each resolves when it is over and everything is as it was.
 *
 * Some take a connection's path away, for less than a grace period. On a busy machine `ip` may be held up for longer: changes of all
 * namespaces share a lock. Then it was a loss, and to close what it concerned was right; so these tell.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { IpShell } from '../fixtures/ip-shell.js';
import type { Random } from '../fixtures/random.js';
import {
  addressRefresh,
  aliasChange,
  captureStarted,
  carrierLost,
  dockerLikeVeth,
  type LinkEnd,
  mtuChange,
  type TwoLinkLab,
  type Undo,
  unrelatedRoute,
} from '../lab/index.js';

/** Where a disturbance happens. */
interface Scene {
  readonly net: TwoLinkLab;
  readonly random: Random;
  /** Of the client. */
  readonly ip: IpShell;
  /** To be told that it took longer than it should. */
  readonly drawnOut: () => void;
}

/** Something that must cost nothing, by name. */
export interface Disturbance {
  readonly name: string;
  /** How often it is chosen, beside the others. */
  readonly weight: number;
  run(scene: Scene): Promise<void>;
}

// Of the default policy's grace periods (100 ms, and 1500 ms for a lost carrier), less what a message takes to be read.
const MOST_WITHOUT_PATH_MS = 80;
const MOST_WITHOUT_CARRIER_MS = 1400;

/** Does something, and tells if it took longer than that. */
async function within(mostMs: number, { drawnOut }: Scene, doing: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await doing();
  if (performance.now() - start > mostMs) drawnOut();
}

function clientEnd(net: TwoLinkLab, random: Random): LinkEnd {
  return random.pick([net.wifi.a, net.ethernet.a]);
}

/** Done, left for a moment, and undone. */
async function forAWhile(doing: Promise<Undo>, ms: number): Promise<void> {
  const undo = await doing;
  await delay(ms);
  await undo();
}

/** A link end's own routes as lines of `ip -batch`, so that they come back in the same process. */
async function routesBy(end: LinkEnd): Promise<readonly string[]> {
  const lines = await Promise.all(
    ([4, 6] as const).map(async (family) => {
      const routes = await end.host.routeLines(family, 'table main');
      return routes
        .filter((line) => line.includes(` dev ${end.name}`) && !line.includes('proto kernel'))
        .map((line) => line.replace(/ (linkdown|pref \S+|onlink)/g, ''));
    }),
  );
  return lines.flat();
}

const DISTURBANCES: readonly Disturbance[] = [
  {
    name: 'a DHCP lease and a router advertisement are renewed',
    weight: 6,
    run: ({ net, random }) =>
      forAWhile(addressRefresh(clientEnd(net, random), { seconds: 60 + random.below(3600) }), 0),
  },
  {
    name: 'a network manager applies what stands already',
    weight: 4,
    async run({ net, random }) {
      const end = clientEnd(net, random);
      const routes = await routesBy(end);
      await end.host.ip([
        ...end.addresses.map((address) => `addr replace ${end.addressArguments(address)}`),
        ...routes.map((line) => `route replace ${line}`),
      ]);
    },
  },
  {
    name: 'a network manager takes addresses and routes away and puts them back',
    weight: 4,
    async run(scene) {
      const { net, random, ip } = scene;
      const end = clientEnd(net, random);
      const routes = await routesBy(end);
      await within(MOST_WITHOUT_PATH_MS, scene, () =>
        ip.run(
          ...end.addresses.map((address) => `addr del ${address} dev ${end.name}`),
          ...end.addresses.map((address) => `addr add ${end.addressArguments(address)}`),
          ...routes.map((line) => `route replace ${line}`),
        ),
      );
    },
  },
  {
    name: 'a link goes down and up in one go',
    weight: 3,
    async run(scene) {
      const { net, random, ip } = scene;
      const end = clientEnd(net, random);
      const routes = await routesBy(end);
      await within(MOST_WITHOUT_PATH_MS, scene, () =>
        ip.run(
          `link set ${end.name} down`,
          `link set ${end.name} up`,
          ...end.addresses
            .filter((address) => address.includes(':'))
            .map((address) => `addr replace ${end.addressArguments(address)}`),
          ...routes.map((line) => `route replace ${line}`),
        ),
      );
    },
  },
  {
    name: 'the carrier blips for 50 to 1000 ms',
    weight: 4,
    run: (scene) =>
      within(MOST_WITHOUT_CARRIER_MS, scene, () =>
        forAWhile(carrierLost(clientEnd(scene.net, scene.random)), 50 + scene.random.below(951)),
      ),
  },
  {
    name: 'containers come and go',
    weight: 3,
    async run({ net, random }) {
      for (let count = 1 + random.below(4); count > 0; count--) await dockerLikeVeth(net.client);
    },
  },
  {
    name: 'a VPN for other destinations comes up and goes',
    weight: 3,
    async run({ net: { client }, random }) {
      await client.ip([
        'link add vpn0 type veth peer name vpn1',
        'addr add 10.8.0.2/24 dev vpn0',
        'addr add fd08::2/64 dev vpn0 nodad',
        'link set vpn1 up',
        'link set vpn0 up',
        'route add 10.0.0.0/8 via 10.8.0.1 dev vpn0 onlink',
        'route add fd00::/8 via fd08::1 dev vpn0 onlink',
      ]);
      await delay(random.below(200));
      await client.ip('link del vpn0');
    },
  },
  {
    name: 'the other default route is better for a while',
    weight: 3,
    async run({ net: { client, addresses }, random }) {
      const routes = [
        `default via ${addresses.wifiGateway.v4} dev wlan0 metric 50`,
        `default via ${addresses.wifiGateway.v6} dev wlan0 metric 50`,
      ];
      await client.ip(routes.map((line) => `route add ${line}`));
      await delay(random.below(400));
      await client.ip(routes.map((line) => `route del ${line}`));
    },
  },
  {
    name: 'a route to elsewhere comes and goes',
    weight: 4,
    run: ({ net, random }) => forAWhile(unrelatedRoute(clientEnd(net, random)), random.below(50)),
  },
  {
    name: 'the MTU changes',
    weight: 2,
    run: ({ net, random }) => forAWhile(mtuChange(clientEnd(net, random)), random.below(50)),
  },
  {
    name: 'a link gets an alias',
    weight: 1,
    run: ({ net, random }) => forAWhile(aliasChange(clientEnd(net, random)), 0),
  },
  {
    name: 'a capture runs',
    weight: 1,
    run: ({ net, random }) => forAWhile(captureStarted(clientEnd(net, random)), random.below(50)),
  },
];

/** The next one, by weight. */
export function nextDisturbance(random: Random): Disturbance {
  let left = random.below(DISTURBANCES.reduce((sum, { weight }) => sum + weight, 0));
  for (const disturbance of DISTURBANCES) {
    left -= disturbance.weight;
    if (left < 0) return disturbance;
  }
  throw new Error('no disturbance was chosen');
}
