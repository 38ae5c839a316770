import { durationText } from '../../shared/duration-text.js';
import type { Opening } from './row-history.js';

/** An opening as a row's note; `null` for nothing to say. */
export function openingNote({ how, tookMs }: Opening): string | null {
  if (how === 'opened' || tookMs === null) return null;
  const took = durationText(tookMs);
  if (how === 'moved') return `moved without a gap, ${took}`;
  return how === 'returned' ? `back ${took} after the path` : `reopened in ${took}`;
}
