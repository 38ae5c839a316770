import { FAMILIES } from './families.js';
import { isSamePath } from './network-diff.js';
import type { DefaultPaths, Family, NetworkStatus } from './network-types.js';
import type { DetectorStatus, PortalInfo } from './portal-types.js';

/**
 * What a detector knows of one family's default path: `absent`: there is none; `pending`: it has to be probed, or is being
 * probed; `untested`: no endpoint can be asked over this family; the rest as in {@link DetectorStatus}.
 */
export type FamilyFinding = 'absent' | 'pending' | 'untested' | 'limited' | 'portal' | 'online';

/** What a detector knows. */
export interface PortalFindings {
  readonly 4: FamilyFinding;
  readonly 6: FamilyFinding;
  readonly portal: PortalInfo | null;
}

// The better one counts. What is not known yet stands above what is merely not proved: a network whose other family is still being
// probed is not limited.
const ORDER: readonly FamilyFinding[] = ['absent', 'untested', 'limited', 'pending', 'portal', 'online'];

/** Both families' findings as one. Where no endpoint could be asked at all, nothing has answered: `limited`. */
export function overallFinding(findings: Pick<PortalFindings, 4 | 6>): Exclude<FamilyFinding, 'untested'> {
  const better = ORDER.indexOf(findings[4]) >= ORDER.indexOf(findings[6]) ? findings[4] : findings[6];
  return better === 'untested' ? 'limited' : better;
}

const DETECTOR_STATUS: { readonly [F in FamilyFinding]: DetectorStatus } = {
  absent: 'offline',
  pending: 'probing',
  untested: 'unknown',
  limited: 'limited',
  portal: 'portal',
  online: 'online',
};

/** A finding in the detector's words. */
export function detectorStatus(finding: FamilyFinding): DetectorStatus {
  return DETECTOR_STATUS[finding];
}

/** A finding as a network's status; `routing`: what routing alone says. */
export function findingStatus(finding: FamilyFinding, routing: NetworkStatus): NetworkStatus {
  // A family whose path came in this moment has not been heard of yet.
  if (routing !== 'online') return routing;
  return finding === 'limited' || finding === 'portal' || finding === 'online' ? finding : 'unknown';
}

/** What is left of the findings when the default paths change: what was found on another path says nothing about this one. */
export function carriedOver(
  findings: PortalFindings,
  previous: DefaultPaths,
  next: DefaultPaths,
): PortalFindings {
  const kept = FAMILIES.filter((family) => isSamePath(previous[family], next[family]));
  if (kept.length === FAMILIES.length) return findings;
  const of = (family: Family): FamilyFinding => {
    if (next[family] === null) return 'absent';
    return kept.includes(family) ? findings[family] : 'pending';
  };
  // What an API told holds for both families, and as long as one of them is where it was.
  const isKept = ({ family }: PortalInfo): boolean =>
    family === null ? kept.some((other) => next[other] !== null) : kept.includes(family);
  const { portal } = findings;
  return { 4: of(4), 6: of(6), portal: portal !== null && isKept(portal) ? portal : null };
}

/** Findings about paths that have not been probed yet. */
export function nothingFound(paths: DefaultPaths): PortalFindings {
  return {
    4: paths[4] === null ? 'absent' : 'pending',
    6: paths[6] === null ? 'absent' : 'pending',
    portal: null,
  };
}
