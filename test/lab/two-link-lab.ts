import type { Host } from './host.js';
import { Lab } from './lab.js';
import type { Link } from './link.js';

/** Options of {@link twoLinkLab}. */
export interface TwoLinkOptions {
  /** The metrics of the client's default routes; the lower one carries the traffic. Default: Wi-Fi 600, Ethernet 100. */
  readonly metrics?: { readonly wifi?: number; readonly ethernet?: number };
  /** Use this host as the client, such as `await Lab.here()`, which stays open when the lab closes. */
  readonly client?: Host;
  /** Duplicate address detection on the client. Default false. */
  readonly dad?: boolean;
}

/** An IPv4 and an IPv6 address, without prefix lengths. */
export interface AddressPair {
  readonly v4: string;
  readonly v6: string;
}

/**
 * A laptop with Wi-Fi and Ethernet, and a server out on the internet, reachable by both:
 *
 * ```
 * client wlan0 192.0.2.1     ---- wifi ------ 192.0.2.254     wlan0 router eth1 203.0.113.254 -- backbone -- 203.0.113.1 eth0 server
 *              2001:db8:1::1                  2001:db8:1::fe                    2001:db8:3::fe               2001:db8:3::1
 *        eth0  198.51.100.1  -- ethernet --- 198.51.100.254  eth0
 *              2001:db8:2::1                  2001:db8:2::fe
 * ```
 *
 * The `a` ends of `wifi` and `ethernet` are the client's.
 */
export interface TwoLinkLab extends AsyncDisposable {
  readonly lab: Lab;
  readonly client: Host;
  readonly router: Host;
  readonly server: Host;
  readonly wifi: Link;
  readonly ethernet: Link;
  /** From the router (`a`) to the server (`b`). */
  readonly backbone: Link;
  readonly addresses: {
    readonly wifi: AddressPair;
    readonly wifiGateway: AddressPair;
    readonly ethernet: AddressPair;
    readonly ethernetGateway: AddressPair;
    readonly server: AddressPair;
  };
  close(): Promise<void>;
}

const addresses: TwoLinkLab['addresses'] = {
  wifi: { v4: '192.0.2.1', v6: '2001:db8:1::1' },
  wifiGateway: { v4: '192.0.2.254', v6: '2001:db8:1::fe' },
  ethernet: { v4: '198.51.100.1', v6: '2001:db8:2::1' },
  ethernetGateway: { v4: '198.51.100.254', v6: '2001:db8:2::fe' },
  server: { v4: '203.0.113.1', v6: '2001:db8:3::1' },
};
const serverGateway: AddressPair = { v4: '203.0.113.254', v6: '2001:db8:3::fe' };

/**
 * Builds the topology that most tests use. Start servers as needed: `await net.server.webSocketEcho()`.
 *
 * @example
 * await using net = await twoLinkLab();
 * const echo = await net.server.tcpEcho();
 * const undo = await linkDown(net.ethernet.a);
 */
export async function twoLinkLab(options: TwoLinkOptions = {}): Promise<TwoLinkLab> {
  const lab = await Lab.create();
  try {
    return await build(lab, options);
  } catch (error) {
    await lab.close();
    throw error;
  }
}

async function build(
  lab: Lab,
  { metrics = {}, dad = false, ...options }: TwoLinkOptions,
): Promise<TwoLinkLab> {
  const [client, router, server] = await Promise.all([
    options.client ?? lab.host('client', { dad }),
    lab.router('router'),
    lab.host('server'),
  ]);
  const [wifi, ethernet, backbone] = await Promise.all([
    lab.link(client, router, {
      names: ['wlan0', 'wlan0'],
      addresses: [withPrefixLengths(addresses.wifi), withPrefixLengths(addresses.wifiGateway)],
    }),
    lab.link(client, router, {
      names: ['eth0', 'eth0'],
      addresses: [withPrefixLengths(addresses.ethernet), withPrefixLengths(addresses.ethernetGateway)],
    }),
    lab.link(router, server, {
      names: ['eth1', 'eth0'],
      addresses: [withPrefixLengths(serverGateway), withPrefixLengths(addresses.server)],
    }),
  ]);
  await Promise.all([
    client.ip([
      ...defaultsVia(addresses.wifiGateway, `dev wlan0 metric ${metrics.wifi ?? 600}`),
      ...defaultsVia(addresses.ethernetGateway, `dev eth0 metric ${metrics.ethernet ?? 100}`),
    ]),
    server.ip(defaultsVia(serverGateway, 'dev eth0')),
  ]);
  const close = (): Promise<void> => lab.close();
  return {
    lab,
    client,
    router,
    server,
    wifi,
    ethernet,
    backbone,
    addresses,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function withPrefixLengths({ v4, v6 }: AddressPair): readonly string[] {
  return [`${v4}/24`, `${v6}/64`];
}

function defaultsVia({ v4, v6 }: AddressPair, rest: string): readonly string[] {
  return [v4, v6].map((gateway) => `route add default via ${gateway} ${rest}`);
}
