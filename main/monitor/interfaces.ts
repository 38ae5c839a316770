// What `os.networkInterfaces()` tells, as links and addresses, and what follows from these alone.
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { invalidArgument } from '../../core/errors.js';
import type { Address, DefaultPaths, Family, Link, Path } from '../../core/network-types.js';

/** The host's interfaces at one time. The first link with a global address stands for the default path. */
export interface Interfaces {
  readonly links: ReadonlyMap<number, Link>;
  readonly addresses: ReadonlyMap<string, Address>;
  readonly defaultPaths: DefaultPaths;
}

/** The interfaces now; `null` where they cannot be read, which says nothing about them. */
export function readInterfaces(ifindexOfName: (name: string) => number): Interfaces | null {
  const infosByName = listInterfaces();
  if (infosByName === null) return null;
  const links = new Map<number, Link>();
  const addresses = new Map<string, Address>();
  const paths: { 4: Path | null; 6: Path | null } = { 4: null, 6: null };
  for (const [name, infos] of Object.entries(infosByName)) {
    const ifindex = ifindexOfName(name);
    const isLoopback = infos?.[0]?.internal ?? false;
    links.set(ifindex, {
      ifindex,
      name,
      kind: null,
      isLoopback,
      isUp: true,
      hasCarrier: true,
      masterIfindex: null,
    });
    for (const info of infos ?? []) {
      const address = addressOf(info.address, info.family === 'IPv6' ? 6 : 4, info.cidr, ifindex, isLoopback);
      addresses.set(`${ifindex} ${address.address}/${address.prefixLength}`, address);
      if (address.scope === 'global') {
        paths[address.family] ??= {
          oif: ifindex,
          link: name,
          gateway: null,
          source: address.address,
          table: 0,
          gatewayReachable: true,
        };
      }
    }
  }
  return { links, addresses, defaultPaths: paths };
}

// getifaddrs() uses netlink itself on Linux: where that is denied, or no descriptor is left, there is nothing to see.
function listInterfaces(): ReturnType<typeof networkInterfaces> | null {
  try {
    return networkInterfaces();
  } catch {
    return null;
  }
}

/** What is known of a packet besides its destination. */
interface From {
  readonly source: string | undefined;
  readonly oif?: number | undefined;
}

/** How a packet would leave, by addresses and links alone; `null`: not at all. */
export function pathTo(
  interfaces: Interfaces,
  destination: string,
  family: Family,
  { source, oif }: From,
): Path | null {
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  for (const address of interfaces.addresses.values()) {
    if (address.family !== family || (source !== undefined && address.address !== source)) continue;
    if (oif !== undefined && address.ifindex !== oif) continue;
    const subnet = new BlockList();
    subnet.addSubnet(address.address, address.prefixLength, kind);
    const link = interfaces.links.get(address.ifindex);
    if (link === undefined || !subnet.check(withoutScope(destination), kind)) continue;
    return {
      oif: link.ifindex,
      link: link.name,
      gateway: null,
      source: address.address,
      table: 0,
      gatewayReachable: true,
    };
  }
  const path = interfaces.defaultPaths[family];
  return oif === undefined || path?.oif === oif ? path : null;
}

/** The index of a link given by its name, or as text or number. Throws `ERR_ROAMKIT_INVALID_ARGUMENT` where there is none of that name. */
export function ifindexOf(
  { links }: Interfaces,
  link: number | string | undefined,
  argument: string,
): number | undefined {
  if (typeof link !== 'string') return link;
  const found = [...links.values()].find(({ name, ifindex }) => name === link || String(ifindex) === link);
  if (found === undefined) throw invalidArgument(argument, `there is no link '${link}'`);
  return found.ifindex;
}

/** The entry of an address of this host. */
export function ownerOf(interfaces: Interfaces, address: string): Address | undefined {
  return [...interfaces.addresses.values()].find((entry) => entry.address === withoutScope(address));
}

function addressOf(
  address: string,
  family: Family,
  cidr: string | null,
  ifindex: number,
  isLoopback: boolean,
): Address {
  const isLinkLocal = family === 4 ? address.startsWith('169.254.') : /^fe[89ab]/i.test(address);
  const prefixLength = Number(cidr?.split('/')[1] ?? (family === 4 ? 32 : 128));
  return {
    family,
    ifindex,
    address,
    prefixLength,
    scope: isLoopback ? 'host' : isLinkLocal ? 'link' : 'global',
    isTentative: false,
    isDadFailed: false,
    isDeprecated: false,
    isSecondary: false,
    peer: null,
  };
}

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the argument, on what is no IP address. */
export function familyOf(address: string, name: string): Family {
  const family = isIP(withoutScope(address));
  if (family === 0) throw invalidArgument(name, `'${address}' is not an IP address`);
  return family === 4 ? 4 : 6;
}

function withoutScope(address: string): string {
  return address.split('%')[0] ?? address;
}
