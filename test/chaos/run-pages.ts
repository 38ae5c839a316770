/**
 * `npm run test:chaos-pages [-- MINUTES [SEED]]`: the same as `npm run test:chaos`, with 208 connections of pages in real Electron, after
 * so many minutes (10) of harmless disturbances.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readyElectron } from '../../bench/electron/ready-electron.js';
import { summaryHeading, summaryLine } from '../../bench/summary.js';
import { trySeed } from './chaos.js';
import { MEMBERS_A_PAGE, pageCrowd } from './crowds.js';
import { outcomeText } from './outcome-text.js';

const PAGES = 4;
const minutes = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? 1);
const userData = mkdtempSync(path.join(tmpdir(), 'roamkit-chaos-'));
using electron = await readyElectron();
try {
  const outcome = await trySeed(seed, pageCrowd(electron, userData), {
    connections: PAGES * MEMBERS_A_PAGE,
    churn: { minutes },
  });
  console.log(
    `${minutes} minutes, ${PAGES * MEMBERS_A_PAGE} connections of pages: ${outcomeText([outcome])}`,
  );
  console.log(summaryHeading);
  console.log(summaryLine('after the grace period', outcome.lateMs));
  for (const fault of outcome.faults) console.error(`  ${fault}`);
  process.exitCode = outcome.faults.length === 0 ? 0 : 1;
} finally {
  rmSync(userData, { recursive: true, force: true, maxRetries: 10 });
}
