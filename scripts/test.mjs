// `npm test`: everything, on a clean checkout: what it needs from the system, the build, the unit and integration
// tests (network namespaces), malformed messages for the decoders, the end-to-end tests (real Electron), and a closing
// line with the counts.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reportFailure } from './electron/setup-error.mjs';
import { ensureDependencies, root, run } from './lib.mjs';

ensureDependencies();
const { ensureCommands } = await import('./system-packages.mjs');
const { runEndToEnd } = await import('./e2e.mjs');
const { fuzz } = await import('./fuzz.mjs');

const node = process.execPath;
const reports = mkdtempSync(path.join(tmpdir(), 'roamkit-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

function count({ passed, failed, skipped }) {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

function runVitest() {
  const file = path.join(reports, 'vitest.json');
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const passed = run(node, [path.join('test', 'lab', 'enter.mjs'), node, vitest, 'run', ...reporters]);
  const report = readReport(file);
  if (report === null) return false;
  count({ passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests });
  return passed;
}

// One test, as it counts; `npm run test:fuzz` takes longer.
async function runFuzz() {
  const passed = await fuzz({ rounds: 100_000, seed: 1 }).catch((error) => {
    console.error(error);
    return false;
  });
  count({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });
  return passed;
}

async function runPlaywright() {
  const file = path.join(reports, 'playwright.json');
  const passed = await runEndToEnd(['--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: file });
  const stats = readReport(file)?.stats;
  if (stats === undefined) return false;
  count({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped });
  return passed;
}

try {
  await ensureCommands(['g++', 'make', 'openssl', 'python3', 'ip', 'unshare', 'Xvfb']);
  if (!run(node, ['scripts/build.mjs'])) throw new Error('the build failed');
  const results = [runVitest(), await runFuzz(), await runPlaywright()];
  process.exitCode = results.every(Boolean) ? 0 : 1;
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
