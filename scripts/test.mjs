// `npm test`: everything, on a clean checkout: what it needs from the system, the build, the unit and integration
// tests (network namespaces), malformed messages for the decoders, the end-to-end tests (real Electron), and a closing
// line with the counts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reportFailure } from './electron/setup-error.mjs';
import { ensureDependencies, root, run } from './lib.mjs';

ensureDependencies();
const { ensureCommands } = await import('./system-packages.mjs');
const { runEndToEnd } = await import('./e2e.mjs');
const { fuzz } = await import('./fuzz.mjs');

const { closingLines, NO_RESULTS, readPlaywrightResults, readVitestResults, sum } = await import(
  './test-results.mjs'
);

const node = process.execPath;
const reports = mkdtempSync(path.join(tmpdir(), 'roamkit-test-'));

// Each of these resolves to what it came to. A run that ended too early to tell counts as one that failed.

function runVitest() {
  const file = path.join(reports, 'vitest.json');
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=./scripts/test-results.mjs'];
  const passed = run(node, [path.join('test', 'lab', 'enter.mjs'), node, vitest, 'run', ...reporters], {
    env: { ...process.env, ROAMKIT_TEST_RESULTS: file },
  });
  return orFailed('the unit and integration tests', passed, readVitestResults(file));
}

// One test, as it counts; `npm run test:fuzz` takes longer.
async function runFuzz() {
  const passed = await fuzz({ rounds: 100_000, seed: 1 }).catch((error) => {
    console.error(error);
    return false;
  });
  return orFailed('malformed messages', passed, { ...NO_RESULTS, passed: passed ? 1 : 0 });
}

async function runPlaywright() {
  const file = path.join(reports, 'playwright.json');
  const passed = await runEndToEnd(['--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: file });
  return orFailed('the end-to-end tests', passed, readPlaywrightResults(file));
}

function orFailed(name, passed, results) {
  const told = results ?? NO_RESULTS;
  return passed || told.failed.length > 0 ? told : { ...told, failed: [name] };
}

let results = NO_RESULTS;
try {
  await ensureCommands(['g++', 'make', 'openssl', 'python3', 'ip', 'unshare', 'Xvfb']);
  if (!run(node, ['scripts/build.mjs'])) throw new Error('the build failed');
  results = sum([runVitest(), await runFuzz(), await runPlaywright()]);
  process.exitCode = results.failed.length === 0 ? 0 : 1;
} catch (error) {
  reportFailure(error);
  results = orFailed('what the tests need', false, results);
  process.exitCode = 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`\n${closingLines(results)}`);
