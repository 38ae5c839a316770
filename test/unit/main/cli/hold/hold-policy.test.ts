import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../../../core/policy.js';
import { holdPolicy, parseGrace } from '../../../../../main/cli/hold/hold-policy.js';
import { UsageError } from '../../../../../main/cli/usage.js';
import { PolicyTable } from '../../../../../main/registry/policy/registry-policy.js';

const folder = mkdtempSync(join(tmpdir(), 'roamkit-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

function policyFile(text: string): string {
  const file = join(folder, 'policy.json');
  writeFileSync(file, text);
  return file;
}

describe('--grace', () => {
  it('is the grace period of everything that invalidates, and of nothing else', () => {
    const policy = holdPolicy(undefined, 0);
    expect(policy['carrier-lost']).toEqual({ graceMs: 0, action: 'invalidate' });
    expect(policy['no-route']).toEqual({ graceMs: 0, action: 'invalidate' });
    expect(holdPolicy(undefined, 7)['egress-changed']).toEqual(defaultPolicy['egress-changed']);
  });

  it('has the last word over the file', () => {
    const file = policyFile(
      '{"egress-changed":{"action":"invalidate","graceMs":9},"no-route":{"action":"ignore"}}',
    );
    const policy = holdPolicy(file, 7);
    expect(policy['egress-changed']).toEqual({ graceMs: 7, action: 'invalidate' });
    expect(policy['no-route']).toEqual({ graceMs: 100, action: 'ignore' });
  });

  it("has it over the file's rules too, which keep the rest", () => {
    const file = policyFile(
      '{"rules":[{"ports":443,"policy":{"egress-changed":{"action":"invalidate","graceMs":9},"no-route":{"action":"ignore"}}}]}',
    );
    const table = new PolicyTable(holdPolicy(file, 7));
    const ruled = table.policyFor({ hosts: [], address: '192.0.2.1', port: 443 });
    expect(ruled['egress-changed']).toEqual({ graceMs: 7, action: 'invalidate' });
    expect(ruled['no-route']).toEqual({ graceMs: 100, action: 'ignore' });
    expect(ruled['carrier-lost']).toEqual({ graceMs: 7, action: 'invalidate' });
    const other = table.policyFor({ hosts: [], address: '192.0.2.1', port: 80 });
    expect(other['egress-changed']).toEqual(defaultPolicy['egress-changed']);
    expect(other['no-route']).toEqual({ graceMs: 7, action: 'invalidate' });
  });

  it.each(['-1', 'x', '', '1e3', '2147483648'])('refuses %j', (text) => {
    expect(() => parseGrace(text)).toThrow(`--grace must be 0 to 2147483647 milliseconds, not '${text}'`);
  });

  it('takes fractions', () => {
    expect(parseGrace('0.5')).toBe(0.5);
    expect(parseGrace(undefined)).toBeUndefined();
  });
});

describe('--policy', () => {
  it.each([
    ['{', /^--policy '.*policy\.json' is not JSON: /],
    ['[]', /^--policy '.*policy\.json': policy: must be an object$/],
    ['null', /^--policy '.*policy\.json': policy: must be an object$/],
    ['{"link-dwon":{}}', /^--policy '.*policy\.json': policy\.link-dwon: is not a reason; /],
    [
      '{"link-down":{"grace":1}}',
      /^--policy '.*policy\.json': policy\.link-down\.grace: is not a policy field$/,
    ],
    ['{"link-down":{"graceMs":"1"}}', /^--policy '.*policy\.json': policy\.link-down\.graceMs: must be /],
    [
      '{"rules":[{"hosts":["a.example"],"policy":{}},{"hosts":["a.example","10.0.0"],"policy":{}}]}',
      /^--policy '.*policy\.json': policy\.rules\[1\]\.hosts\[1\]: must be a name, /,
    ],
    ['{"link-down":{"action":"close"}}', /^--policy '.*policy\.json': policy\.link-down\.action: must be /],
  ])('refuses %s, naming file and field', (text, message) => {
    const file = policyFile(text);
    expect(() => holdPolicy(file, undefined)).toThrow(UsageError);
    expect(() => holdPolicy(file, undefined)).toThrow(message);
  });

  it('names a file that cannot be read', () => {
    expect(() => holdPolicy('/nowhere/policy.json', undefined)).toThrow(
      "--policy '/nowhere/policy.json' cannot be read: ENOENT",
    );
  });
});
