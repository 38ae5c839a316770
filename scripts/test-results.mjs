// What a run of tests came to, from what vitest and Playwright tell of it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './lib.mjs';

/**
 * @typedef {object} TestResults
 * @property {number} passed
 * @property {number} skipped
 * @property {readonly string[]} failed the tests' names
 * @property {readonly string[]} retried the names of those that failed once and then passed: all of them have also passed
 */

/** @type {TestResults} */
export const NO_RESULTS = { passed: 0, skipped: 0, failed: [], retried: [] };

/**
 * @param {readonly TestResults[]} runs
 * @returns {TestResults}
 */
export function sum(runs) {
  return {
    passed: runs.reduce((all, { passed }) => all + passed, 0),
    skipped: runs.reduce((all, { skipped }) => all + skipped, 0),
    failed: runs.flatMap(({ failed }) => failed),
    retried: runs.flatMap(({ retried }) => retried),
  };
}

/**
 * The closing lines: every test that failed, at first or for good, by name, and the counts.
 * @param {TestResults} results
 * @returns {string}
 */
export function closingLines({ passed, skipped, failed, retried }) {
  const counts = [`${passed} passed`, `${failed.length} failed`];
  if (skipped > 0) counts.push(`${skipped} skipped`);
  if (retried.length > 0) counts.push(`${retried.length} only at the second try`);
  return [
    ...retried.map((name) => `passed only at the second try: ${name}`),
    ...failed.map((name) => `failed: ${name}`),
    counts.join(', '),
  ].join('\n');
}

/** A vitest reporter that writes {@link TestResults} to the file that ROAMKIT_TEST_RESULTS names. */
export default class ResultsReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const results = modules.map((module) => {
      const file = path.relative(root, module.moduleId);
      // A file that cannot even be loaded has no tests, and has failed all the same.
      const broken = module.errors().length > 0 ? [file] : [];
      const tests = [...module.children.allTests()];
      const named = (wanted) => tests.filter(wanted).map((test) => `${file} › ${test.fullName}`);
      const inState = (state) => (test) => test.result().state === state;
      return {
        passed: tests.filter(inState('passed')).length,
        skipped: tests.filter(inState('skipped')).length,
        failed: [...broken, ...named(inState('failed'))],
        retried: named((test) => test.diagnostic()?.flaky ?? false),
      };
    });
    writeFileSync(process.env['ROAMKIT_TEST_RESULTS'], JSON.stringify(sum(results)));
  }
}

/**
 * @param {string} file what {@link ResultsReporter} wrote
 * @returns {TestResults | null} `null` where the run ended before it could
 */
export function readVitestResults(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/**
 * @param {string} file the report of Playwright's JSON reporter
 * @returns {TestResults | null} `null` where the run ended before it could
 */
export function readPlaywrightResults(file) {
  if (!existsSync(file)) return null;
  const { suites, stats } = JSON.parse(readFileSync(file, 'utf8'));
  const tests = suites.flatMap((suite) => testsOf(suite, []));
  const withStatus = (wanted) => tests.filter(({ status }) => status === wanted).map(({ name }) => name);
  return {
    passed: stats.expected + stats.flaky,
    skipped: stats.skipped,
    failed: withStatus('unexpected'),
    retried: withStatus('flaky'),
  };
}

function testsOf(suite, titles) {
  const names = [...titles, suite.title];
  return [
    ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, names)),
    ...(suite.specs ?? []).flatMap(({ title, tests }) =>
      tests.map(({ status }) => ({ name: [...names, title].join(' › '), status })),
    ),
  ];
}
