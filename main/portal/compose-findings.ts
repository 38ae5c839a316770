import { FAMILIES } from '../../core/families.js';
import type { Family } from '../../core/network-types.js';
import type { FamilyFinding, PortalFindings } from '../../core/portal-findings.js';
import type { PortalDiscovery, PortalInfo } from '../../core/portal-types.js';
import { isSamePortal } from '../../core/same-portal.js';
import type { CapportStatus } from './capport-api.js';
import type { FamilyProbe } from './probe-family.js';

/** What a network's captive-portal API told. */
export interface ApiAnswer {
  readonly status: CapportStatus;
  /** How the API was found. */
  readonly foundBy: Extract<PortalDiscovery, 'router-advertisement' | 'dhcp' | 'api'>;
  /** The families whose path leads over the link that it speaks for. */
  readonly families: readonly Family[];
  /** When it answered: milliseconds since the epoch. */
  readonly answeredAt: number;
}

/** How far a round of probes is. */
export interface RoundProgress {
  readonly generation: number;
  /** What was known when the round began; `pending` where that was nothing. */
  readonly known: PortalFindings;
  /** The families' answers; `null`: none yet, or no path to ask over. */
  readonly probes: { readonly 4: FamilyProbe | null; readonly 6: FamilyProbe | null };
  /** `pending`: it is being asked, for these families; `null`: there is none, or it does not answer. */
  readonly api: ApiAnswer | { readonly pending: readonly Family[] } | null;
  /** A portal need not wait for the other family any longer. */
  readonly isPatienceOver: boolean;
  /** Opened where nothing tells the portal's own URL: the portal answers it. */
  readonly fallbackUrl: string;
}

/** What a round has found so far. */
export function composeFindings(progress: RoundProgress): PortalFindings {
  const findings = { 4: findingOf(4, progress), 6: findingOf(6, progress) };
  const portal = portalOf(findings, progress);
  const known = progress.known.portal;
  return { ...findings, portal: isSamePortal(portal, known) ? known : portal };
}

function findingOf(family: Family, { known, probes, api, isPatienceOver }: RoundProgress): FamilyFinding {
  const before = known[family];
  if (before === 'absent') return 'absent';
  if (isAnswer(api) && api.status.isCaptive && api.families.includes(family)) return 'portal';
  const probe = probes[family];
  if (probe === null) return before;
  // An API may know better: some networks let the well-known probes through.
  if (probe.finding === 'online' && isPendingFor(api, family)) return before;
  if (probe.finding === 'portal' && !isPatienceOver && isAwaited(otherThan(family), { known, probes })) {
    return before;
  }
  return probe.finding;
}

// Lest a portal in front of one family be announced that the other family, a moment later, turns out not to have.
function isAwaited(family: Family, { known, probes }: Pick<RoundProgress, 'known' | 'probes'>): boolean {
  return known[family] === 'pending' && probes[family] === null;
}

function otherThan(family: Family): Family {
  return family === 4 ? 6 : 4;
}

function isAnswer(api: RoundProgress['api']): api is ApiAnswer {
  return api !== null && 'status' in api;
}

function isPendingFor(api: RoundProgress['api'], family: Family): boolean {
  return api !== null && 'pending' in api && api.pending.includes(family);
}

function portalOf(findings: Pick<PortalFindings, 4 | 6>, progress: RoundProgress): PortalInfo | null {
  const { known, probes, api, generation, fallbackUrl } = progress;
  const told = isAnswer(api) ? api : null;
  const seen = FAMILIES.find((family) => findings[family] === 'portal' && probes[family]?.evidence != null);
  const evidence = seen === undefined ? null : (probes[seen]?.evidence ?? null);
  const isCaptive = findings[4] === 'portal' || findings[6] === 'portal';
  if (isCaptive) {
    // Still what was known before: nothing newer has come.
    if (evidence === null && told === null) return known.portal;
    const url = told?.status.userPortalUrl ?? evidence?.url ?? fallbackUrl;
    const isTold = told?.status.isCaptive === true;
    return {
      isCaptive: true,
      ...linkTo(url),
      foundBy: isTold ? told.foundBy : (evidence?.foundBy ?? 'page'),
      family: isTold ? null : (seen ?? null),
      generation,
      ...sessionOf(told, known.portal),
    };
  }
  // Signed in: worth telling only where the network told something of it.
  if (told === null) return known.portal?.isCaptive === false ? known.portal : null;
  const session = sessionOf(told, known.portal);
  const { userPortalUrl } = told.status;
  if (userPortalUrl === null) return null;
  if (session.sessionEndsAt === null && session.bytesRemaining === null) return null;
  return {
    isCaptive: false,
    ...linkTo(userPortalUrl),
    foundBy: told.foundBy,
    family: null,
    generation,
    ...session,
  };
}

function linkTo(url: string): Pick<PortalInfo, 'url' | 'host'> {
  return { url, host: new URL(url).host };
}

// Seconds are told as whole numbers: the same end, told twice, may differ by one and the time an answer takes.
const SAME_END_MS = 3000;

type SessionFields = Pick<
  PortalInfo,
  'venueInfoUrl' | 'canExtendSession' | 'sessionEndsAt' | 'bytesRemaining' | 'isExpiring'
>;

function sessionOf(told: ApiAnswer | null, before: PortalInfo | null): SessionFields {
  if (told === null) {
    return {
      venueInfoUrl: null,
      canExtendSession: null,
      sessionEndsAt: null,
      bytesRemaining: null,
      isExpiring: false,
    };
  }
  const { venueInfoUrl, canExtendSession, secondsRemaining, bytesRemaining } = told.status;
  const endsAt = secondsRemaining === null ? null : told.answeredAt + secondsRemaining * 1000;
  const was = before?.sessionEndsAt ?? null;
  const isSameEnd = endsAt !== null && was !== null && Math.abs(endsAt - was) <= SAME_END_MS;
  return {
    venueInfoUrl,
    canExtendSession,
    sessionEndsAt: isSameEnd ? was : endsAt,
    bytesRemaining,
    // Whoever watches the time says so.
    isExpiring: false,
  };
}
