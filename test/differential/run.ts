/** `npm run test:differential [-- SEEDS [FIRST]]`: random operations, and mirror against kernel after each burst. */
import { failureText, type Tally, trySeed } from './differential.js';

const seeds = Number(process.argv[2] ?? 50);
const first = Number(process.argv[3] ?? 1);
const tally: Tally = { operations: 0, lookups: 0, auditCorrections: 0, overruns: 0 };
let failed = 0;
for (let seed = first; seed < first + seeds; seed++) {
  const failure = await trySeed(
    seed,
    { burstsPerSeed: 20, operationsPerBurst: 20, lookupsPerBurst: 200 },
    tally,
  );
  if (failure === null) continue;
  failed += 1;
  console.error(failureText(failure));
}
console.log(
  `${seeds} seeds, ${tally.operations} operations, ${tally.lookups} lookups, ` +
    `${tally.overruns} overruns, ${tally.auditCorrections} audit corrections, ${failed} seeds with differences`,
);
process.exitCode = failed === 0 ? 0 : 1;
