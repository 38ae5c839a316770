// `npm run test:chromium [-- PLAYWRIGHT ARGS]`: what roamkit does about Chromium's own part, or the end-to-end tests given, on
// each pinned Electron; with all five losses where `npm test` has some, and with 10,000 connections ended.
import { PINNED_BUILDS } from './electron/pinned-builds.mjs';
import { reportFailure } from './electron/setup-error.mjs';
import { ensureDependencies } from './lib.mjs';

ensureDependencies();
const { runEndToEnd } = await import('./e2e.mjs');

const FILES = ['chromium-', 'downloads', 'on-line', 'sessions'];
const THOROUGH = { ROAMKIT_TEST_LOSSES: 'all', ROAMKIT_TEST_HEALINGS: '10000' };

const args = process.argv.slice(2);
try {
  for (const { electronVersion } of Object.values(PINNED_BUILDS)) {
    console.log(`Electron ${electronVersion}`);
    const passed = await runEndToEnd(args.length > 0 ? args : FILES, THOROUGH, electronVersion);
    if (!passed) process.exitCode = 1;
  }
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}
