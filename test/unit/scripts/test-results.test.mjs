import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { closingLines, NO_RESULTS, readPlaywrightResults, sum } from '../../../scripts/test-results.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'roamkit-results-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('ends with the counts alone where all is well', () => {
  expect(closingLines({ ...NO_RESULTS, passed: 3 })).toBe('3 passed, 0 failed');
});

it('names what failed, at first or for good', () => {
  const results = sum([
    { passed: 2, skipped: 0, failed: ['a'], retried: [] },
    { passed: 3, skipped: 1, failed: ['b'], retried: ['c'] },
  ]);
  expect(closingLines(results).split('\n')).toEqual([
    'passed only at the second try: c',
    'failed: a',
    'failed: b',
    '5 passed, 2 failed, 1 skipped, 1 only at the second try',
  ]);
});

it('reads Playwright’s report, nested groups and all', () => {
  const file = path.join(folder, 'report.json');
  const spec = (title, status) => ({ title, tests: [{ status }] });
  const suites = [
    {
      title: 'a.test.ts',
      specs: [spec('one', 'expected')],
      suites: [{ title: 'group', specs: [spec('two', 'flaky'), spec('three', 'unexpected')] }],
    },
  ];
  writeFileSync(
    file,
    JSON.stringify({ suites, stats: { expected: 1, flaky: 1, unexpected: 1, skipped: 0 } }),
  );
  expect(readPlaywrightResults(file)).toEqual({
    passed: 2,
    skipped: 0,
    failed: ['a.test.ts › group › three'],
    retried: ['a.test.ts › group › two'],
  });
  expect(readPlaywrightResults(path.join(folder, 'none.json'))).toBeNull();
});
