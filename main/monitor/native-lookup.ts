import type { Lookup, LookupFailure, RouteType } from '../../core/network-types.js';
import type { NativeLookup } from './native-addon.js';

/** The addon's answer about `dst` as everybody knows it. */
export function lookupOf(dst: string, answer: NativeLookup): Lookup {
  const [text, nexthops] = typeof answer === 'string' ? [answer, null] : answer;
  const [reason, type, table, prefix, oif, link, gateway, source, certain] = text.split('\n');
  return {
    dst,
    routable: !reason,
    reason: (reason || null) as LookupFailure | null,
    type: (type || null) as RouteType | null,
    table: Number(table) || null,
    prefix: prefix || null,
    oif: Number(oif) || null,
    link: link || null,
    gateway: gateway || null,
    source: source || null,
    certain: certain !== '',
    nexthops,
  };
}
