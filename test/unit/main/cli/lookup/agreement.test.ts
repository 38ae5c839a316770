import { describe, expect, it } from 'vitest';
import type { Lookup } from '../../../../../core/network-types.js';
import { doAgree } from '../../../../../main/cli/lookup/agreement.js';
import { FOUND } from '../../../support/routing-samples.js';

describe('doAgree', () => {
  const missing: Lookup = {
    ...FOUND,
    routable: false,
    reason: 'unreachable',
    type: 'unreachable',
    oif: null,
    link: null,
    gateway: null,
    source: null,
  };

  it('does not mind what the kernel does not tell', () => {
    expect(doAgree(FOUND, { ...FOUND, prefix: null })).toBe(true);
    expect(doAgree({ ...FOUND, source: null }, FOUND)).toBe(true);
    expect(doAgree(missing, { ...missing, prefix: null, type: null, table: null })).toBe(true);
  });

  it('knows that the kernel may keep the local and the main table in one', () => {
    const local = { ...FOUND, type: 'local', table: 255 } as const;
    expect(doAgree(local, { ...local, table: 254 })).toBe(true);
    expect(doAgree({ ...local, table: 254 }, local)).toBe(false);
  });

  it.each<[string, Partial<Lookup>]>([
    ['type', { type: 'local' }],
    ['table', { table: 255 }],
    ['oif', { oif: 3 }],
    ['gateway', { gateway: null }],
    ['source', { source: '192.0.2.2' }],
    ['routable', { routable: false }],
  ])('sees a different %s', (_field, difference) => {
    expect(doAgree(FOUND, { ...FOUND, ...difference })).toBe(false);
  });

  it('lets the kernel take any of the legs that there are', () => {
    const leg = { link: 'eth0', weight: 1, flags: [] };
    const mirror = {
      ...FOUND,
      certain: false,
      nexthops: [
        { ...leg, oif: 2, gateway: '192.0.2.254' },
        { ...leg, oif: 3, gateway: '198.51.100.254' },
      ],
    };
    const kernel = { ...FOUND, oif: 3, gateway: '198.51.100.254', source: '198.51.100.1' };
    expect(doAgree(mirror, kernel)).toBe(true);
    expect(doAgree(mirror, { ...kernel, gateway: '192.0.2.254' })).toBe(false);
    expect(doAgree(mirror, { ...kernel, table: 100 })).toBe(false);
    // By the mirror's own leg, the source is known.
    expect(doAgree(mirror, { ...FOUND, source: '198.51.100.1' })).toBe(false);
  });
});
