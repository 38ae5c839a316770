/**
 * What happens on any machine all day and must not disturb anyone. Each function resolves when it is done; those that leave something
 * behind resolve to a function that takes it back.
 */
import { randomInt } from 'node:crypto';
import type { Host } from './host.js';
import type { LinkEnd } from './link.js';
import { globalAddresses, type Undo } from './link-snapshot.js';
import { openHost } from './open-host.js';

/** A route to somewhere that no test talks to: by default the prefix for benchmarks (RFC 2544). */
export async function unrelatedRoute(end: LinkEnd, prefix = '198.18.0.0/15'): Promise<Undo> {
  await end.host.ip(`route add ${prefix} dev ${end.name}`);
  return () => end.host.ip(`route del ${prefix} dev ${end.name}`).then(() => {});
}

/**
 * What `docker run` and its end do: a bridge with an address, a veth pair with one end in the bridge, the other moved to a
 * container's namespace, renamed and brought up there; then all of it deleted.
 */
export async function dockerLikeVeth(host: Host): Promise<void> {
  const id = randomInt(0x1000000).toString(16).padStart(6, '0');
  const [bridge, outside, inside] = [`br-${id}`, `veth${id}`, `tmp${id}`];
  await using container = await openHost(`container of ${host.name}`, { forwarding: false });
  await host.ip([
    `link add ${bridge} type bridge`,
    `addr add 172.17.0.1/16 brd 172.17.255.255 dev ${bridge}`,
    `link set ${bridge} up`,
    `link add ${outside} type veth peer name ${inside}`,
    `link set ${outside} master ${bridge}`,
    `link set ${inside} netns ${container.netnsPid} name eth0`,
    `link set ${outside} up`,
  ]);
  await container.ip('link set eth0 up');
  await host.ip([`link del ${outside}`, `link del ${bridge}`]);
}

/** Another MTU, as VPN clients and path discovery set it. */
export async function mtuChange(end: LinkEnd, mtu = 1400): Promise<Undo> {
  const before = (await end.state()).mtu;
  await end.host.ip(`link set ${end.name} mtu ${mtu}`);
  return () => end.host.ip(`link set ${end.name} mtu ${before}`).then(() => {});
}

/**
 * The same addresses with new lifetimes: each renewal of a DHCP lease, each router advertisement. IPv6 addresses stay valid
 * for ever and get a new preferred lifetime only: on a new valid one Linux 6.18 lets the connected route expire at once.
 */
export async function addressRefresh(
  end: LinkEnd,
  { seconds = 3600 }: { readonly seconds?: number } = {},
): Promise<Undo> {
  const addresses = globalAddresses(await end.state());
  const refresh = async (preferred: number | 'forever'): Promise<void> => {
    await end.host.ip(
      addresses.map((address) => {
        const valid = address.includes(':') ? 'forever' : preferred;
        return `addr replace ${end.addressArguments(address)} valid_lft ${valid} preferred_lft ${preferred}`;
      }),
    );
  };
  await refresh(seconds);
  return () => refresh('forever');
}

/** Another alias (`ip link set alias`), as network managers write it. */
export async function aliasChange(end: LinkEnd, alias = 'noise'): Promise<Undo> {
  await end.host.ip(`link set ${end.name} alias ${alias}`);
  return () => end.host.ip(`link set ${end.name} alias ""`).then(() => {});
}

/** Promiscuous mode on: someone started a packet capture. */
export async function captureStarted(end: LinkEnd): Promise<Undo> {
  await end.host.ip(`link set ${end.name} promisc on`);
  return () => end.host.ip(`link set ${end.name} promisc off`).then(() => {});
}
