import {
  addressRemoved,
  allDefaultsRemoved,
  dockerLikeVeth,
  linkDown,
  type TwoLinkLab,
  type Undo,
} from '../../test/lab/index.js';
import { Hotel } from './hotel.js';
import { hotelStory } from './hotel-story.js';
import type { Step } from './step.js';

/** The story of a laptop that goes from Wi-Fi to Ethernet and loses, in turn, everything, and ends in a hotel. Begins with the cable unplugged. */
export async function prepareStory(net: TwoLinkLab): Promise<readonly Step[]> {
  const undo = new Map<string, Undo>();
  const remember =
    (name: string) =>
    (taken: Undo): void => {
      undo.set(name, taken);
    };
  const takeBack = async (name: string): Promise<void> => {
    await undo.get(name)?.();
    undo.delete(name);
  };
  await keepOnWifi(net);
  const hotel = await Hotel.open(net);
  const unplugged = await linkDown(net.ethernet.a);

  return [
    {
      title: 'On Wi-Fi',
      text: 'A laptop with seven connections open. Each is checked against the kernel’s own routing whenever that changes.',
      play: async () => {},
    },
    {
      title: 'Ethernet is plugged in',
      text: 'A better way out. Connections move over without a gap: the new one opens before the old one is dropped.',
      play: unplugged,
    },
    {
      title: 'Wi-Fi is switched off',
      text: 'What was bound to Wi-Fi cannot work any more: it is closed after a grace of 100 ms. All else is left alone.',
      play: () => linkDown(net.wifi.a).then(remember('wifi')),
    },
    {
      title: 'A container comes and goes, a lease is renewed',
      text: 'Links come and go, the Ethernet address vanishes and is back within milliseconds. Nothing is closed for it.',
      play: async () => {
        await dockerLikeVeth(net.client);
        await renewLease(net);
      },
    },
    {
      title: 'Wi-Fi is back',
      text: 'What belongs there opens again. The default path, and all that follows it, stays on Ethernet.',
      play: () => takeBack('wifi'),
    },
    {
      title: 'Ethernet loses its addresses',
      text: 'The source of its connections is gone with them. They are closed, and open again over Wi-Fi.',
      play: async () => {
        await addressRemoved(net.ethernet.a).then(remember('address'));
        // A lease takes its routes along; for IPv6 the kernel leaves that to the network manager.
        await net.client.ip('route del default dev eth0', { family: 6 });
      },
    },
    {
      title: 'All default routes are gone',
      text: 'No way out, so nobody tries: roamkit says wait. The printer next door and the local database are still fine.',
      play: async () => {
        await allDefaultsRemoved(net.client).then(remember('routes'));
        await net.client.ip(`route del default table ${WIFI_TABLE}`);
      },
    },
    {
      title: 'Back again',
      text: 'Wi-Fi’s routes return, then Ethernet. Whatever waited is open within milliseconds.',
      play: async () => {
        await takeBack('routes');
        await net.client.ip(defaultOfWifi(net));
        await takeBack('address');
      },
    },
    ...hotelStory(net, hotel),
  ];
}

// Any number that the system does not use (it has 253 to 255).
const WIFI_TABLE = 600;

function defaultOfWifi({ addresses }: TwoLinkLab): string {
  return `route add default via ${addresses.wifiGateway.v4} dev wlan0 table ${WIFI_TABLE}`;
}

/** What is bound to Wi-Fi's address leaves by Wi-Fi, as on any computer that is set up for two links at once. */
async function keepOnWifi(net: TwoLinkLab): Promise<void> {
  await net.client.ip([
    `route add 192.0.2.0/24 dev wlan0 table ${WIFI_TABLE}`,
    defaultOfWifi(net),
    `rule add from ${net.addresses.wifi.v4} lookup ${WIFI_TABLE}`,
  ]);
}

/** What a DHCP client does that takes the address away before it sets it anew: well within the grace of 100 ms. */
async function renewLease({ client, addresses: { ethernet, ethernetGateway } }: TwoLinkLab): Promise<void> {
  const address = `${ethernet.v4}/24 dev eth0`;
  await client.ip(`addr del ${address}`);
  await client.ip([`addr add ${address}`, `route add default via ${ethernetGateway.v4} dev eth0 metric 100`]);
}
