import { readFileSync } from 'node:fs';
import { RoamkitError } from '../../../core/errors.js';
import { defaultPolicy, mergePolicy, type Policy, type PolicyOverrides } from '../../../core/policy.js';
import type { Reason } from '../../../core/verdict-types.js';
import { quoted } from '../text/printable.js';
import { UsageError } from '../usage.js';

// What setTimeout takes.
const LONGEST_GRACE_MS = 2 ** 31 - 1;

/** Reads the value of `--grace`. Throws {@link UsageError}. */
export function parseGrace(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const graceMs = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (graceMs <= LONGEST_GRACE_MS) return graceMs;
  throw new UsageError(`--grace must be 0 to ${LONGEST_GRACE_MS} milliseconds, not ${quoted(text)}`);
}

/**
 * The default policy, changed by a JSON file of overrides, changed by `graceMs` for all that invalidates: the command
 * line has the last word. Throws {@link UsageError}, naming file and field.
 */
export function holdPolicy(file: string | undefined, graceMs: number | undefined): Policy {
  const policy = file === undefined ? defaultPolicy : readPolicy(file);
  if (graceMs === undefined) return policy;
  const overrides: { [R in Reason]?: { graceMs: number } } = {};
  for (const reason of Object.keys(policy) as Reason[]) {
    if (policy[reason].action === 'invalidate') overrides[reason] = { graceMs };
  }
  return mergePolicy(policy, overrides);
}

function readPolicy(file: string): Policy {
  const overrides = readJson(file);
  if (typeof overrides !== 'object' || overrides === null || Array.isArray(overrides)) {
    throw new UsageError(`--policy ${quoted(file)}: policy: must be an object`);
  }
  try {
    return mergePolicy(defaultPolicy, overrides as PolicyOverrides);
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
