import { readFileSync } from 'node:fs';
import { LONGEST_DELAY_MS } from '../../../core/durations.js';
import { invalidArgument, RoamkitError } from '../../../core/errors.js';
import { defaultPolicy, isPlainObject, mergePolicy, type Policy } from '../../../core/policy.js';
import type { Reason } from '../../../core/verdict-types.js';
import { PolicyTable, type RegistryPolicy } from '../../registry/policy/registry-policy.js';
import { quoted } from '../text/printable.js';
import { UsageError } from '../usage.js';

/** Reads the value of `--grace`. Throws {@link UsageError}. */
export function parseGrace(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const graceMs = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (graceMs <= LONGEST_DELAY_MS) return graceMs;
  throw new UsageError(`--grace must be 0 to ${LONGEST_DELAY_MS} milliseconds, not ${quoted(text)}`);
}

/**
 * The policy that a JSON file holds, changed by `graceMs` for all that invalidates: the command line has the last word.
 * Throws {@link UsageError}, naming file and field.
 */
export function holdPolicy(file: string | undefined, graceMs: number | undefined): RegistryPolicy {
  const policy = file === undefined ? {} : readPolicy(file);
  if (graceMs === undefined) return policy;
  const { rules = [], ...overrides } = policy;
  const base = mergePolicy(defaultPolicy, overrides);
  return {
    ...withGrace(base, graceMs),
    rules: rules.map((rule) => ({ ...rule, policy: withGrace(mergePolicy(base, rule.policy), graceMs) })),
  };
}

function withGrace(policy: Policy, graceMs: number): Policy {
  const graces: { [R in Reason]?: { graceMs: number } } = {};
  for (const reason of Object.keys(policy) as Reason[]) {
    if (policy[reason].action === 'invalidate') graces[reason] = { graceMs };
  }
  return mergePolicy(policy, graces);
}

function readPolicy(file: string): RegistryPolicy {
  const policy = readJson(file);
  try {
    if (!isPlainObject(policy)) throw invalidArgument('policy', 'must be an object');
    // Read once here, so that what is wrong with it is told with its file.
    new PolicyTable(policy);
    return policy;
  } catch (error) {
    if (error instanceof RoamkitError) throw new UsageError(`--policy ${quoted(file)}: ${error.message}`);
    throw error;
  }
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--policy ${quoted(file)} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--policy ${quoted(file)} is not JSON: ${(error as SyntaxError).message}`);
  }
}
