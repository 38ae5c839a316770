import type { Outcome } from './chaos.js';

/** What came of a seed, or of several, in a line. */
export function outcomeText(outcomes: readonly Outcome[]): string {
  const sum = (count: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  return (
    `${sum(({ disturbances }) => disturbances)} disturbances (${sum(({ drawnOut }) => drawnOut)} drawn out), ` +
    `${sum(({ doubts }) => doubts)} doubts, ` +
    `${sum(({ healthyClosed }) => healthyClosed)} healthy connections closed; ` +
    `${sum(({ affected }) => affected)} connections on what was lost, ` +
    `${sum(({ invalidated }) => invalidated)} invalidated, ` +
    `the last ${Math.max(...outcomes.flatMap(({ lateMs }) => lateMs)).toFixed(1)} ms after its grace period; ` +
    `${(sum(({ stolenMs }) => stolenMs) / 1000).toFixed(1)} s stolen by the machine's host`
  );
}
