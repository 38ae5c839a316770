import type { Host } from './host.js';
import type { Family } from './ip-batch.js';
import type { LinkEnd } from './link.js';

const families: readonly Family[] = [4, 6];

/** Puts things back as they were. What stands already is left alone. */
export type Undo = () => Promise<void>;

/** Routes of one family, as `ip route` takes them. */
export interface RouteSet {
  readonly family: Family;
  readonly lines: readonly string[];
}

/** The routes that `isWanted`, without those that the kernel makes by itself, as {@link addMissingRoutes} takes them. */
export async function readRoutes(host: Host, isWanted: (line: string) => boolean): Promise<RouteSet[]> {
  return Promise.all(
    families.map(async (family) => {
      const lines = await host.routeLines(family);
      const isOurs = (line: string): boolean => !/ proto kernel\b/.test(line) && !/ table local\b/.test(line);
      return { family, lines: lines.filter((line) => isOurs(line) && isWanted(line)).map(asArguments) };
    }),
  );
}

/** Adds those of the routes that are not there, in their old order. */
export async function addMissingRoutes(host: Host, routes: readonly RouteSet[]): Promise<void> {
  for (const { family, lines } of routes) {
    const present = new Set((await host.routeLines(family)).map(asArguments));
    const missing = lines.filter((line) => !present.has(line));
    if (missing.length > 0)
      await host.ip(
        missing.map((line) => `route add ${line}`),
        { family },
      );
  }
}

/**
 * Remembers a link end's state, global addresses and routes.
 *
 * @returns a function that brings them back, also onto a new link of the same name.
 */
export async function snapshotLinkEnd(end: LinkEnd): Promise<Undo> {
  const [state, routes] = await Promise.all([
    end.state(),
    readRoutes(end.host, (line) => new RegExp(` dev ${end.name}( |$)`).test(line)),
  ]);
  const addresses = globalAddresses(state);
  return async () => {
    const present = new Set(globalAddresses(await end.state()));
    const missing = addresses.filter((address) => !present.has(address));
    await end.host.ip([
      `link set ${end.name} ${state.flags.includes('UP') ? 'up' : 'down'}`,
      ...missing.map((address) => `addr add ${end.addressArguments(address)}`),
    ]);
    await end.link.settled();
    await addMissingRoutes(end.host, routes);
  };
}

/** An end's addresses but for link-local ones, with prefix lengths. */
export function globalAddresses({ addr_info: addresses }: Awaited<ReturnType<LinkEnd['state']>>): string[] {
  return addresses
    .filter(({ scope }) => scope === 'global')
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

/** What `ip route show` prints is what `ip route add` takes, but for the state of the moment. */
function asArguments(line: string): string {
  return line
    .replace(/ (linkdown|dead|offload|trap|rt_offload|rt_trap)\b/g, '')
    .replace(/(\bexpires \d+)sec\b/, '$1');
}
