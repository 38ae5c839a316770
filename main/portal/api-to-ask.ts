import { FAMILIES } from '../../core/families.js';
import type { DefaultPaths, Family } from '../../core/network-types.js';
import type { PortalAnnouncements } from './portal-announcements.js';
import type { RoundApi } from './probe-round.js';

/** The captive-portal API that speaks for the default paths: the application's own, else what the network named. */
export function apiToAsk(
  paths: DefaultPaths,
  ownUrl: URL | null,
  announcements: Pick<PortalAnnouncements, 'of'>,
): RoundApi | null {
  const withPath = FAMILIES.filter((family) => paths[family] !== null);
  if (ownUrl !== null) {
    return withPath.length === 0 ? null : { url: ownUrl, foundBy: 'api', families: withPath };
  }
  for (const family of withPath) {
    const oif = paths[family]?.oif ?? 0;
    const announced = announcements.of(oif);
    if (announced === null) continue;
    const isOverIt = (other: Family): boolean => paths[other]?.oif === oif;
    return { ...announced, families: withPath.filter(isOverIt) };
  }
  return null;
}
