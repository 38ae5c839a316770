import type { Lookup } from '../../../core/network-types.js';
import { nextHopText, tableText } from './network-text.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';

// The longest IPv4 address; longer ones push their line aside.
const ADDRESS_WIDTH = 15;

/** One answer: `192.0.2.7  via 10.0.0.1 dev eth0 src 10.0.0.2  0.0.0.0/0 in table main`. */
export function lookupText(found: Lookup, paint: Paint): string {
  return `${paint('bold', found.dst.padEnd(ADDRESS_WIDTH))}  ${answerText(found, paint)}`;
}

/** Both answers below each other, and whether they agree. */
export function lookupsText(mirror: Lookup, kernel: Lookup, agree: boolean, paint: Paint): string {
  const outcome = agree ? paint('green', 'agree') : paint('red', 'disagree');
  return [
    `${paint('bold', mirror.dst.padEnd(ADDRESS_WIDTH))}  ${outcome}`,
    `  mirror  ${answerText(mirror, paint)}`,
    `  kernel  ${answerText(kernel, paint)}`,
  ].join('\n');
}

function answerText(found: Lookup, paint: Paint): string {
  const words = found.routable ? [] : [paint('red', `not routable: ${found.reason}`)];
  if (found.routable && found.type !== null && found.type !== 'unicast') words.push(found.type);
  if (found.gateway !== null) words.push(`via ${found.gateway}`);
  if (found.link !== null) words.push(`dev ${printable(found.link)}`);
  if (found.source !== null) words.push(`src ${found.source}`);
  for (const leg of (found.nexthops ?? []).slice(1)) words.push(`or ${nextHopText(leg)}`);
  const table = found.table === null ? '' : `table ${tableText(found.table)}`;
  const where = found.prefix === null ? table : `${found.prefix}${table && ` in ${table}`}`;
  const doubt = found.certain ? '' : paint('yellow', '  uncertain');
  return `${words.join(' ')}${where && `  ${paint('gray', where)}`}${doubt}`;
}
