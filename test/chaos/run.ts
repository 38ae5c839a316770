/** `npm run test:chaos [-- SEEDS [FIRST]]`: a crowd of live connections, harmless disturbances, then each kind of loss. */
import { summaryHeading, summaryLine } from '../../bench/summary.js';
import { type Outcome, trySeed } from './chaos.js';

const seeds = Number(process.argv[2] ?? 20);
const first = Number(process.argv[3] ?? 1);
const outcomes: Outcome[] = [];
for (let seed = first; seed < first + seeds; seed++) {
  const outcome = await trySeed(seed, { connections: 200, disturbances: 60 });
  outcomes.push(outcome);
  const { disturbances, doubts, healthyClosed, affected, invalidated } = outcome;
  console.log(
    `seed ${seed}: ${disturbances} disturbances, ${doubts} doubts, ${healthyClosed} healthy connections closed; ` +
      `${affected} connections on what was lost, ${invalidated} invalidated`,
  );
  for (const fault of outcome.faults) console.error(`  ${fault}`);
}
const sum = (count: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, outcome) => total + count(outcome), 0);
console.log(
  `${seeds} seeds, ${sum((outcome) => outcome.disturbances)} disturbances, ` +
    `${sum((outcome) => outcome.healthyClosed)} healthy connections closed; ` +
    `${sum((outcome) => outcome.affected)} connections on what was lost, ` +
    `${sum((outcome) => outcome.invalidated)} invalidated`,
);
console.log(summaryHeading);
console.log(
  summaryLine(
    'after the grace period',
    outcomes.flatMap(({ lateMs }) => lateMs),
  ),
);
process.exitCode = outcomes.every(({ faults }) => faults.length === 0) ? 0 : 1;
