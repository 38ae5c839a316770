import { checkDelayMs } from '../durations.js';
import { invalidArgument } from '../errors.js';
import {
  type DelayListPolicy,
  type ExponentialPolicy,
  FIRST_DELAY_MS,
  type RetryPolicy,
} from './retry-policy.js';

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field, on a policy that cannot be used. */
export function checkRetryPolicy(policy: RetryPolicy = {}, field = 'retry'): void {
  if (typeof policy !== 'object' || policy === null) throw invalidArgument(field, 'must be an object');
  if ('delaysMs' in policy) checkList(policy, field);
  else checkExponential(policy, field);
  checkConcealCount(policy, field);
}

function checkList(policy: DelayListPolicy, field: string): void {
  checkFields(policy, ['delaysMs', 'jitterPercent', 'concealCount'], field);
  const { delaysMs, jitterPercent = 0 } = policy;
  if (!Array.isArray(delaysMs) || delaysMs.length === 0) {
    throw invalidArgument(`${field}.delaysMs`, 'must be a list of at least one delay');
  }
  for (const [index, delay] of delaysMs.entries()) checkDelayMs(delay, `${field}.delaysMs[${index}]`);
  if (!(typeof jitterPercent === 'number' && jitterPercent >= 0 && jitterPercent <= 100)) {
    throw invalidArgument(`${field}.jitterPercent`, `must be 0 to 100, not ${String(jitterPercent)}`);
  }
}

function checkExponential(policy: ExponentialPolicy, field: string): void {
  checkFields(policy, ['firstDelayMs', 'longestDelayMs', 'concealCount'], field);
  const { firstDelayMs = FIRST_DELAY_MS, longestDelayMs } = policy;
  checkDelayMs(firstDelayMs, `${field}.firstDelayMs`, 1);
  if (longestDelayMs !== undefined) checkDelayMs(longestDelayMs, `${field}.longestDelayMs`, firstDelayMs);
}

function checkConcealCount({ concealCount }: RetryPolicy, field: string): void {
  if (concealCount === undefined || concealCount === Number.POSITIVE_INFINITY) return;
  if (Number.isInteger(concealCount) && concealCount >= 0) return;
  throw invalidArgument(
    `${field}.concealCount`,
    `must be a whole number from 0 on, or Infinity, not ${String(concealCount)}`,
  );
}

// A misspelt field would silently give another schedule than was meant.
function checkFields(policy: object, known: readonly string[], field: string): void {
  const unknown = Object.keys(policy).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalidArgument(
    `${field}.${unknown}`,
    `is no field of such a retry policy; those are ${known.join(', ')}`,
  );
}
