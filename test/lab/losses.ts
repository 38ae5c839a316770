/**
 * The ways in which a connection loses its network. Each function does one and resolves, when the kernel has done it, to a
 * function that takes it back. Most are silent about what matters (docs/kernel.md "Events that do not come"), so libraries that wait for
 * route events miss them.
 */
import type { Host } from './host.js';
import type { Family } from './ip-batch.js';
import type { Link, LinkEnd } from './link.js';
import {
  addMissingRoutes,
  globalAddresses,
  type RouteSet,
  readRoutes,
  snapshotLinkEnd,
  type Undo,
} from './link-snapshot.js';

/** Loss 1: the link goes down (airplane mode). Its IPv4 routes vanish silently; its IPv6 addresses vanish too. */
export async function linkDown(end: LinkEnd): Promise<Undo> {
  const undo = await snapshotLinkEnd(end);
  await end.down();
  return undo;
}

/** The other end goes down (the cable is pulled): this one keeps its addresses and routes, but has no carrier. */
export async function carrierLost(end: LinkEnd): Promise<Undo> {
  return linkDown(end.peer);
}

/** Loss 2: the link loses its addresses, or those of one family (the DHCP lease ran out). */
export async function addressRemoved(
  end: LinkEnd,
  { family }: { readonly family?: Family } = {},
): Promise<Undo> {
  const undo = await snapshotLinkEnd(end);
  const addresses = globalAddresses(await end.state()).filter(
    (address) => family === undefined || address.includes(':') === (family === 6),
  );
  // Last first: deleting a primary IPv4 address takes its secondaries along.
  await end.host.ip(addresses.toReversed().map((address) => `addr del ${address} dev ${end.name}`));
  return undo;
}

/** Loss 3: the link is gone (the USB adapter was pulled), at both ends. The undone one has other ifindexes. */
export async function linkDeleted(link: Link): Promise<Undo> {
  const restores = await Promise.all([snapshotLinkEnd(link.a), snapshotLinkEnd(link.b)]);
  await link.delete();
  return async () => {
    await link.create();
    for (const restore of restores) await restore();
  };
}

/** Loss 4: the default route with the lowest metric goes, of each family or of one. */
export function bestDefaultRemoved(host: Host, { family }: { readonly family?: Family } = {}): Promise<Undo> {
  return removeDefaults(host, family, (lines) => {
    const [best] = lines.toSorted((one, other) => metricOf(one) - metricOf(other));
    return best === undefined ? [] : [best];
  });
}

/** Loss 5: all default routes go, of both families or of one. */
export function allDefaultsRemoved(host: Host, { family }: { readonly family?: Family } = {}): Promise<Undo> {
  return removeDefaults(host, family, (lines) => lines);
}

async function removeDefaults(
  host: Host,
  family: Family | undefined,
  choose: (lines: readonly string[]) => readonly string[],
): Promise<Undo> {
  const isMainDefault = (line: string): boolean => line.startsWith('default ') && !line.includes(' table ');
  const removed: RouteSet[] = (await readRoutes(host, isMainDefault))
    .filter((routes) => family === undefined || routes.family === family)
    .map((routes) => ({ family: routes.family, lines: choose(routes.lines) }))
    .filter(({ lines }) => lines.length > 0);
  for (const routes of removed) {
    await host.ip(
      // The best one last: before that, nothing that leaves by it is touched.
      routes.lines
        .toSorted((one, other) => metricOf(other) - metricOf(one))
        .map((line) => `route del ${line}`),
      { family: routes.family },
    );
  }
  return () => addMissingRoutes(host, removed);
}

function metricOf(line: string): number {
  return Number(/ metric (\d+)/.exec(line)?.[1] ?? 0);
}
