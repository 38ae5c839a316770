import { fiveLosses, type Loss } from '../../lab/index.js';

/** These losses, or all five where ROAMKIT_TEST_LOSSES is `all` (`npm run test:chromium`): that takes minutes. */
export function lossesToTry(few: readonly Loss[]): readonly Loss[] {
  return process.env['ROAMKIT_TEST_LOSSES'] === 'all' ? Object.values(fiveLosses) : few;
}
