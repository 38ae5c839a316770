import type { ConnectionEvent } from 'roamkit';
import { durationText } from '../../shared/duration-text.js';
import { invalidatedEvent } from '../../shared/page-events.js';
import type { RowPath } from '../../shared/view.js';
import { listed } from '../network-timeline.js';
import type { Timeline } from '../timeline.js';
import type { Opening } from './row-history.js';

const VERBS = {
  suspect: 'suspect',
  rerouted: 'rerouted',
  recovered: 'recovered, nothing was closed',
  invalidated: 'invalidated',
} as const;

/** What the registry tells of a connection. */
export type VerdictKind = keyof typeof VERBS;

/** Puts a verdict on a connection on the timeline; those of one cause are one entry. */
export function recordVerdict(
  timeline: Timeline,
  kind: VerdictKind,
  { connection, reason }: ConnectionEvent,
  kernelAt: number | null,
): void {
  timeline.add({
    kind,
    key: `${kind} ${reason}`,
    item: connection.label,
    words: (labels) => ({
      title: `${counted(labels)} ${VERBS[kind]}${reason === null ? '' : `: ${reason}`}`,
      detail: labels.length > 1 ? listed(labels) : null,
    }),
    kernelAt,
    pageEvent: kind === 'invalidated' ? invalidatedEvent(connection) : null,
  });
}

const OPENINGS = {
  opened: 'open',
  moved: 'moved without a gap',
  reopened: 'reopened',
  returned: 'back',
} as const;

/** Puts a connection's opening on the timeline. */
export function recordOpening(
  timeline: Timeline,
  label: string,
  path: RowPath | null,
  { how, tookMs }: Opening,
): void {
  const over = path === null ? '' : ` over ${path.link}`;
  timeline.add({
    kind: 'opened',
    key: `${how}${how === 'opened' ? '' : over}`,
    item: tookMs === null ? label : `${label} in ${durationText(tookMs)}`,
    words: (items) => ({
      title: `${counted(items, label)} ${OPENINGS[how]}${how === 'opened' ? '' : over}`,
      detail: items.length > 1 || tookMs !== null ? listed(items) : null,
    }),
    kernelAt: null,
  });
}

function counted(items: readonly string[], name = items[0] ?? ''): string {
  return items.length > 1 ? `${items.length} connections` : name;
}
