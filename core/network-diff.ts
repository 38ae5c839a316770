import { FAMILIES } from './families.js';
import type { DefaultPaths, Family, NetworkState, NetworkStatus, Path } from './network-types.js';
import { isSamePortal } from './same-portal.js';

/** What differs between two states that an application should know of. */
export interface NetworkChange {
  readonly previous: NetworkState;
  readonly next: NetworkState;
  /** The status, what a probe says of a family, or whether a probe confirmed it. */
  readonly statusChanged: boolean;
  /** What is known of a captive portal. */
  readonly portalChanged: boolean;
  readonly generationChanged: boolean;
  /** The families whose default path changed identity. */
  readonly families: readonly Family[];
  /** Of `families`, those whose previous default path is gone, rather than merely beaten by a better one. */
  readonly lostFamilies: readonly Family[];
  /** There are such families: what rode on their paths cannot be kept while a new path is tried. */
  readonly defaultPathLost: boolean;
  /** The families whose default path is the same, but whose gateway can no longer be reached, or can again. */
  readonly reachabilityFamilies: readonly Family[];
  /** The change in words, for logs: `status local -> online; IPv4 default wlan0 via 192.0.2.1 -> eth0 via …`. */
  readonly summary: string;
}

/**
 * What changed from `previous` to `next`, or `null` where nothing did that an application should be woken for.
 * Links, addresses and rules alone are noise here: containers come and go, leases are renewed. `lost` names the
 * families whose previous default path is gone, rather than merely beaten by a better one.
 */
export function diffNetwork(
  previous: NetworkState,
  next: NetworkState,
  lost: readonly Family[] = [],
): NetworkChange | null {
  const statusChanged =
    previous.status !== next.status ||
    previous.validated !== next.validated ||
    FAMILIES.some((family) => isOtherFinding(previous.families[family], next.families[family]));
  const portalChanged = !isSamePortal(previous.portal, next.portal);
  const generationChanged = previous.generation !== next.generation;
  const families = FAMILIES.filter(
    (family) => !isSamePath(previous.defaultPaths[family], next.defaultPaths[family]),
  );
  const reachabilityFamilies = FAMILIES.filter(
    (family) =>
      !families.includes(family) &&
      previous.defaultPaths[family]?.gatewayReachable !== next.defaultPaths[family]?.gatewayReachable,
  );
  const differing = FAMILIES.filter(
    (family) => families.includes(family) || reachabilityFamilies.includes(family),
  );
  if (!statusChanged && !portalChanged && !generationChanged && differing.length === 0) return null;
  const lostFamilies = families.filter((family) => lost.includes(family));
  return {
    previous,
    next,
    statusChanged,
    portalChanged,
    generationChanged,
    families,
    lostFamilies,
    defaultPathLost: lostFamilies.length > 0,
    reachabilityFamilies,
    summary: summarise(previous, next, differing),
  };
}

/** Whether two default paths have the same identity: link, gateway and source. */
export function isSamePath(a: Path | null, b: Path | null): boolean {
  if (a === null || b === null) return a === b;
  return a.oif === b.oif && a.gateway === b.gateway && a.source === b.source;
}

/** Whether two pairs of default paths have the same identity. */
export function areSamePaths(a: DefaultPaths, b: DefaultPaths): boolean {
  return FAMILIES.every((family) => isSamePath(a[family], b[family]));
}

// What routing alone says of one family, offline or local beside the other that is online, is noise here.
function isOtherFinding(previous: NetworkStatus, next: NetworkStatus): boolean {
  return previous !== next && (PROBED.includes(previous) || PROBED.includes(next));
}

const PROBED: readonly NetworkStatus[] = ['unknown', 'limited', 'portal'];

function summarise(previous: NetworkState, next: NetworkState, families: readonly Family[]): string {
  const parts = families.map((family) => {
    const [from, to] = [previous.defaultPaths[family], next.defaultPaths[family]];
    const hasSameWords = pathText(from) === pathText(to);
    const [fromText, toText] = hasSameWords
      ? [sourceText(from), sourceText(to)]
      : [pathText(from), pathText(to)];
    return `IPv${family} default ${fromText} -> ${toText}`;
  });
  if (previous.status !== next.status) parts.unshift(`status ${previous.status} -> ${next.status}`);
  else if (previous.validated !== next.validated)
    parts.unshift(next.validated ? 'validated' : 'not validated');
  if (previous.portal?.host !== next.portal?.host) parts.push(`portal ${next.portal?.host ?? 'none'}`);
  return parts.join('; ');
}

function sourceText(path: Path | null): string {
  return `${pathText(path)} from ${path?.source ?? 'no address'}`;
}

/** A path in words: `wlan0 via 192.0.2.1`, `wlan0 via 192.0.2.1 (unreachable)`, `tun0`, `none`. */
export function pathText(path: Path | null): string {
  if (path === null) return 'none';
  if (path.gateway === null) return path.link;
  return `${path.link} via ${path.gateway}${path.gatewayReachable ? '' : ' (unreachable)'}`;
}
