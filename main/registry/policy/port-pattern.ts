import { invalidArgument } from '../../../core/errors.js';
import type { PeerTest } from './host-pattern.js';

/** Reads a pattern for ports: `443`, `'8000-8999'`. Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming `field`. */
export function portPattern(pattern: unknown, field: string): PeerTest {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(patternText(pattern)) ?? [];
  const lowest = Number(first);
  const highest = Number(last);
  if (!(lowest >= 1 && highest <= 65535 && lowest <= highest)) {
    throw invalidArgument(
      field,
      `must be a port (1 to 65535) or a range ('8000-8999'), not '${String(pattern)}'`,
    );
  }
  return ({ port }) => port !== null && port >= lowest && port <= highest;
}

function patternText(pattern: unknown): string {
  return typeof pattern === 'number' || typeof pattern === 'string' ? String(pattern) : '';
}
