import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { invalidArgument, RoamkitError, UnroutableError } from '../../../core/errors.js';
import type { Path } from '../../../core/network-types.js';
import type { Verdict } from '../../../core/verdict-types.js';

const path: Path = {
  oif: 3,
  link: 'eth0',
  gateway: '192.0.2.254',
  source: '192.0.2.1',
  table: 254,
  gatewayReachable: true,
};
const verdict: Verdict = { kind: 'unroutable', reason: 'link-down', path: null, certain: true };

describe('RoamkitError', () => {
  it('is an Error with a code, a name and a cause', () => {
    const cause = new Error('deeper');
    const error = new RoamkitError('ERR_ROAMKIT_NETLINK', 'it failed', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'RoamkitError',
      code: 'ERR_ROAMKIT_NETLINK',
      message: 'it failed',
      cause,
    });
    expect(error.stack).toContain('it failed');
  });

  it('is no instance of what only looks like it', () => {
    expect(Object.assign(new Error('x'), { code: 'ERR_ROAMKIT_NETLINK' })).not.toBeInstanceOf(RoamkitError);
    for (const value of [null, undefined, 'ERR_ROAMKIT_NETLINK', 7, {}, new Error('x')]) {
      expect((value as unknown) instanceof RoamkitError).toBe(false);
      expect((value as unknown) instanceof UnroutableError).toBe(false);
    }
  });

  it('hides its brand from loops and JSON', () => {
    expect(Object.keys(new RoamkitError('ERR_ROAMKIT_CLOSED', 'x')).sort()).toEqual(['code', 'name']);
  });

  it('can be extended: an error is an instance of the class it was made of only', () => {
    class QuotaError extends RoamkitError {}
    expect(new QuotaError('ERR_ROAMKIT_CLOSED', 'x')).toBeInstanceOf(QuotaError);
    expect(new RoamkitError('ERR_ROAMKIT_CLOSED', 'x') instanceof QuotaError).toBe(false);
  });
});

describe('UnroutableError', () => {
  const error = new UnroutableError('203.0.113.1:443', 'link-down', path, verdict);

  it('has a message and no frames, and leaves those of other errors alone', () => {
    expect(error.stack?.split('\n')).toHaveLength(1);
    expect(error.stack).toContain(error.message);
    expect(new Error('another').stack?.split('\n').length).toBeGreaterThan(1);
  });

  it('says which peer cannot be reached and why, with what was known of it', () => {
    expect(error).toMatchObject({
      name: 'UnroutableError',
      code: 'ERR_ROAMKIT_UNROUTABLE',
      message: '203.0.113.1:443 cannot be reached any more: link-down',
      reason: 'link-down',
      path,
      verdict,
    });
  });

  it('is a RoamkitError, and not each of those is one', () => {
    expect(error).toBeInstanceOf(RoamkitError);
    expect(error).toBeInstanceOf(UnroutableError);
    expect(invalidArgument('port', 'must be a number') instanceof UnroutableError).toBe(false);
  });
});

describe('invalidArgument', () => {
  it('names the argument first', () => {
    expect(invalidArgument('options.netns', 'must be a name')).toMatchObject({
      code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
      message: 'options.netns: must be a name',
    });
  });
});

describe('a second copy of the module', () => {
  let copy: typeof import('../../../core/errors.js');
  beforeAll(async () => {
    vi.resetModules();
    copy = await import('../../../core/errors.js');
  });
  afterAll(() => vi.resetModules());

  it('takes the errors of the first for its own, and the other way round', () => {
    expect(copy.RoamkitError).not.toBe(RoamkitError);
    const ours = new UnroutableError('peer', 'no-route', null, verdict);
    const theirs = new copy.UnroutableError('peer', 'no-route', null, verdict);
    expect(ours instanceof copy.UnroutableError && ours instanceof copy.RoamkitError).toBe(true);
    expect(theirs instanceof UnroutableError && theirs instanceof RoamkitError).toBe(true);
  });
});
