/** `npm run test:chaos [-- SEEDS [FIRST]]`: a crowd of live connections, harmless disturbances, then each kind of loss. */
import { summaryHeading, summaryLine } from '../../bench/summary.js';
import { type Outcome, trySeed } from './chaos.js';
import { libraryCrowd } from './crowds.js';
import { outcomeText } from './outcome-text.js';

const seeds = Number(process.argv[2] ?? 20);
const first = Number(process.argv[3] ?? 1);
const outcomes: Outcome[] = [];
for (let seed = first; seed < first + seeds; seed++) {
  const outcome = await trySeed(seed, libraryCrowd, { connections: 200, churn: { disturbances: 60 } });
  outcomes.push(outcome);
  console.log(`seed ${seed}: ${outcomeText([outcome])}`);
  for (const fault of outcome.faults) console.error(`  ${fault}`);
}
console.log(`${seeds} seeds: ${outcomeText(outcomes)}`);
console.log(summaryHeading);
console.log(
  summaryLine(
    'after the grace period',
    outcomes.flatMap(({ lateMs }) => lateMs),
  ),
);
process.exitCode = outcomes.every(({ faults }) => faults.length === 0) ? 0 : 1;
