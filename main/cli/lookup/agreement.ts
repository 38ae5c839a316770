import type { Lookup } from '../../../core/network-types.js';

const MAIN_TABLE = 254;
const LOCAL_TABLE = 255;

/**
 * Whether two answers send a packet the same way. The kernel tells no prefix, and for what is not routable only an
 * errno: what one of them does not know is no disagreement. Where the kernel has a choice of legs, any of the mirror's
 * will do.
 */
export function doAgree(mirror: Lookup, kernel: Lookup): boolean {
  if (mirror.routable !== kernel.routable) return false;
  if (!mirror.routable) {
    return (
      areEqualWhereKnown(mirror.source, kernel.source) &&
      areEqualWhereKnown(mirror.type, kernel.type) &&
      areEqualWhereKnown(mirror.table, kernel.table)
    );
  }
  if (mirror.type !== kernel.type || !isSameTable(mirror.table, kernel.table)) return false;
  if (isSameWay(mirror, kernel)) return areEqualWhereKnown(mirror.source, kernel.source);
  // By another leg the source is another, too.
  return mirror.nexthops?.some((leg) => isSameWay(leg, kernel)) ?? false;
}

type Way = Pick<Lookup, 'oif' | 'gateway'>;

function isSameWay(a: Way, b: Way): boolean {
  return a.oif === b.oif && a.gateway === b.gateway;
}

// Until the first rule is made the kernel keeps IPv4's local and main tables in one trie, and answers "main" for both
// (fib_trie.c, fib_unmerge).
function isSameTable(mirror: number | null, kernel: number | null): boolean {
  return mirror === kernel || (mirror === LOCAL_TABLE && kernel === MAIN_TABLE);
}

function areEqualWhereKnown<T>(a: T | null, b: T | null): boolean {
  return a === null || b === null || a === b;
}
