import { describe, expect, it } from 'vitest';
import { RoamkitError } from '../../../core/errors.js';
import { defaultPolicy, mergePolicy, type PolicyOverrides } from '../../../core/policy.js';

/** What a policy is refused with. */
function refusal(overrides: unknown, field?: string): string {
  try {
    mergePolicy(defaultPolicy, overrides as PolicyOverrides, field);
  } catch (error) {
    expect(error).toBeInstanceOf(RoamkitError);
    expect((error as RoamkitError).code).toBe('ERR_ROAMKIT_INVALID_ARGUMENT');
    return (error as RoamkitError).message;
  }
  throw new Error('it was taken');
}

describe('the default policy', () => {
  it('closes what cannot work after 100 ms, what lost its carrier after 1500, and only tells of other ways', () => {
    const entries = Object.entries(defaultPolicy).map(
      ([reason, { graceMs, action }]) => `${reason}: ${action} ${graceMs}`,
    );
    expect(entries.sort()).toEqual([
      'blackholed: invalidate 100',
      'carrier-lost: invalidate 1500',
      'egress-changed: signal 0',
      'gateway-changed: signal 0',
      'gateway-removed: invalidate 100',
      'gateway-unreachable: signal 1500',
      'link-down: invalidate 100',
      'no-proof-of-life: invalidate 0',
      'no-route: invalidate 100',
      'prohibited: invalidate 100',
      'source-removed: invalidate 100',
      'stalled: invalidate 1000',
      'unreachable: invalidate 100',
    ]);
  });

  it('cannot be changed by accident', () => {
    expect([defaultPolicy, ...Object.values(defaultPolicy)].filter((part) => !Object.isFrozen(part))).toEqual(
      [],
    );
  });
});

describe('mergePolicy', () => {
  it('is the base itself where nothing is overridden', () => {
    expect(mergePolicy(defaultPolicy, undefined)).toBe(defaultPolicy);
  });

  it('overrides field by field', () => {
    const merged = mergePolicy(defaultPolicy, {
      'link-down': { graceMs: 0 },
      'carrier-lost': { action: 'signal' },
      'no-route': {},
    });
    expect(merged['link-down']).toEqual({ graceMs: 0, action: 'invalidate' });
    expect(merged['carrier-lost']).toEqual({ graceMs: 1500, action: 'signal' });
    expect(merged['no-route']).toEqual(defaultPolicy['no-route']);
    expect(merged.unreachable).toBe(defaultPolicy.unreachable);
  });

  it('is repeatable, and leaves its base alone', () => {
    const once = mergePolicy(defaultPolicy, { 'link-down': { graceMs: 5 } });
    const twice = mergePolicy(once, { 'link-down': { action: 'ignore' } });
    expect(once['link-down']).toEqual({ graceMs: 5, action: 'invalidate' });
    expect(twice['link-down']).toEqual({ graceMs: 5, action: 'ignore' });
    expect(defaultPolicy['link-down'].graceMs).toBe(100);
    expect(Object.isFrozen(twice) && Object.isFrozen(twice['link-down'])).toBe(true);
  });

  it('takes an undefined field for one that is not there', () => {
    const overrides = {
      'link-down': { graceMs: undefined, action: undefined },
    } as unknown as PolicyOverrides;
    expect(mergePolicy(defaultPolicy, overrides)['link-down']).toEqual(defaultPolicy['link-down']);
  });

  it.each([0, 0.5, 2 ** 31 - 1])('takes a grace period of %d ms', (graceMs) => {
    expect(mergePolicy(defaultPolicy, { 'link-down': { graceMs } })['link-down'].graceMs).toBe(graceMs);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '100', null])(
    'refuses a grace period of %j',
    (graceMs) => {
      expect(refusal({ 'link-down': { graceMs } })).toMatch(
        /^policy\.link-down\.graceMs: must be 0 to 2147483647 milliseconds/,
      );
    },
  );

  it.each([
    [
      'an action that is none',
      { 'no-route': { action: 'close' } },
      'policy.no-route.action: must be invalidate, signal or ignore, not close',
    ],
    ['a reason that is none', { 'link-dwon': {} }, /^policy\.link-dwon: is not a reason; one of link-down, /],
    ['a reason from Object.prototype', { constructor: {} }, /^policy\.constructor: is not a reason/],
    ['a field that is none', { 'no-route': { grace: 5 } }, 'policy.no-route.grace: is not a policy field'],
    ['an entry that is no object', { 'no-route': 'ignore' }, 'policy.no-route: must be an object'],
    ['an entry of null', { 'no-route': null }, 'policy.no-route: must be an object'],
    ['a policy that is no object', 'strict', 'policy: must be an object'],
    ['a policy of null', null, 'policy: must be an object'],
  ])('refuses %s, naming the field', (_, overrides, message) => {
    expect(refusal(overrides)).toMatch(message);
  });

  it('names the field as its caller calls the whole', () => {
    expect(refusal({ 'no-route': { graceMs: -1 } }, 'options.policy')).toMatch(
      /^options\.policy\.no-route\.graceMs: /,
    );
  });
});
