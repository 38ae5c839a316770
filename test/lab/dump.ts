import type { Family } from './ip-batch.js';

/** What `ip -json -details` says of one object; the fields that tests ask for are typed, the others are as iproute2 names them. */
interface DumpRow {
  readonly [field: string]: unknown;
}

/** A link, as in `ip -j link`. */
export interface LinkDump extends DumpRow {
  readonly ifindex: number;
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  /** `UP`, `DOWN`, `LOWERLAYERDOWN`, `UNKNOWN`... */
  readonly operstate: string;
  /** The bridge or other link that it belongs to. */
  readonly master?: string;
}

/** An address, as in `addr_info` of `ip -j addr`, with its link's ifindex and name. */
export interface AddressDump extends DumpRow {
  readonly ifindex: number;
  readonly ifname: string;
  readonly family: Family;
  readonly local: string;
  readonly prefixlen: number;
  readonly scope: string;
  /** Present while duplicate address detection runs. */
  readonly tentative?: true;
  /** Seconds; 4294967295 is for ever. */
  readonly valid_life_time: number;
}

/** A route, as in `ip -j route show table all`. */
export interface RouteDump extends DumpRow {
  readonly family: Family;
  readonly type: string;
  /** `default`, an address or a prefix. */
  readonly dst: string;
  readonly table: string;
  readonly protocol: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly metric?: number;
  /** `linkdown`, `dead`, `onlink`... */
  readonly flags: readonly string[];
}

/** A policy-routing rule, as in `ip -j rule`. */
export interface RuleDump extends DumpRow {
  readonly family: Family;
  readonly priority: number;
  readonly table?: string;
}

/** All that a host's kernel says of its network: what a mirror of it must equal. */
export interface HostDump {
  readonly links: readonly LinkDump[];
  readonly addresses: readonly AddressDump[];
  /** Of all tables, IPv4 first. */
  readonly routes: readonly RouteDump[];
  readonly rules: readonly RuleDump[];
  /** Next-hop objects (`ip -j nexthop`). */
  readonly nexthops: readonly DumpRow[];
}

/** Options of `host.dump`. */
export interface DumpOptions {
  /** Tables, protocols, scopes and types as numbers (`ip -N`) instead of the names in /etc/iproute2. Default false. */
  readonly numeric?: boolean;
}

/** Asks `ip` for JSON: one array per command. */
type AskJson = (
  commands: readonly string[],
  flags: readonly string[],
  family?: Family,
) => Promise<unknown[][]>;

type LinkWithAddresses = LinkDump & {
  readonly addr_info: readonly (Omit<AddressDump, 'family'> & { family: string })[];
};

/** Three processes at once, because JSON routes do not tell their family. */
export async function readDump(ask: AskJson, { numeric = false }: DumpOptions = {}): Promise<HostDump> {
  const flags = numeric ? ['-Numeric'] : [];
  const routing = async (family: Family) => {
    const [routes = [], rules = []] = await ask(['route show table all', 'rule show'], flags, family);
    return {
      routes: routes.map((row) => ({ ...(row as RouteDump), family })),
      rules: rules.map((row) => ({ ...(row as RuleDump), family })),
    };
  };
  const [[rows = [], nexthops = []], v4, v6] = await Promise.all([
    ask(['addr show', 'nexthop show'], flags),
    routing(4),
    routing(6),
  ]);
  const links = rows as LinkWithAddresses[];
  return {
    links: links.map(({ addr_info: _, ...link }) => link as LinkDump),
    addresses: links.flatMap(({ ifindex, ifname, addr_info }) =>
      addr_info.map(
        (address) =>
          ({ ...address, ifindex, ifname, family: address.family === 'inet6' ? 6 : 4 }) as AddressDump,
      ),
    ),
    routes: [...v4.routes, ...v6.routes],
    rules: [...v4.rules, ...v6.rules],
    nexthops: nexthops as DumpRow[],
  };
}
