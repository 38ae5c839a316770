import { describe, expect, it } from 'vitest';
import type { Route, Rule } from '../../../../../core/network-types.js';
import { lookupText } from '../../../../../main/cli/text/lookup-text.js';
import { addressText, routeText, ruleText } from '../../../../../main/cli/text/network-text.js';
import { plain } from '../../../../../main/cli/text/paint.js';
import { FOUND, PLAIN_RULE } from '../../../support/routing-samples.js';

const hop = { oif: 2, link: 'eth0', gateway: '192.0.2.254', weight: 1, flags: [] };
const route: Route = {
  family: 4,
  table: 254,
  type: 'unicast',
  dst: '0.0.0.0/0',
  tos: 0,
  metric: 100,
  scope: 'global',
  protocol: 'dhcp',
  source: '192.0.2.1',
  nexthops: [hop],
  nexthopId: null,
  pref: null,
  isExpired: false,
};
const rule: Rule = {
  ...PLAIN_RULE,
  table: 1000,
  from: '192.0.2.0/24',
  fwmark: 1,
  fwmask: 0xff,
  isInverted: true,
};

describe('the human view', () => {
  it('prints a route much as ip route does', () => {
    expect(routeText(route, plain)).toBe(
      '0.0.0.0/0           via 192.0.2.254 dev eth0  metric 100  src 192.0.2.1  proto dhcp',
    );
  });

  it('gives each leg of a multipath route its own line', () => {
    const legs = [hop, { ...hop, gateway: null, weight: 3, flags: ['linkdown'] }];
    expect(
      routeText({ ...route, nexthops: legs }, plain)
        .split('\n')
        .slice(1),
    ).toEqual([
      '                    leg via 192.0.2.254 dev eth0 weight 1',
      '                    leg dev eth0 linkdown weight 3',
    ]);
  });

  it('names the type of a route that is no way out', () => {
    const text = routeText({ ...route, table: 1000, type: 'blackhole', nexthops: [] }, plain);
    expect(text).toMatch(/^0\.0\.0\.0\/0 +blackhole {1,2}table 1000/);
  });

  it('prints a rule as ip rule does', () => {
    expect(ruleText(rule)).toBe('100: not from 192.0.2.0/24 fwmark 0x1/0xff lookup 1000 (IPv4)');
  });

  it('says what is odd about an address', () => {
    const address = {
      family: 6,
      ifindex: 2,
      address: '2001:db8::1',
      prefixLength: 64,
      scope: 'global',
      isTentative: true,
      isDadFailed: false,
      isDeprecated: true,
      isSecondary: false,
      peer: null,
    } as const;
    expect(addressText(address)).toBe('2001:db8::1/64 (tentative, deprecated)');
  });

  it('prints answers, and doubts', () => {
    expect(lookupText(FOUND, plain)).toBe(
      '203.0.113.1      via 192.0.2.254 dev eth0 src 192.0.2.1  0.0.0.0/0 in table main',
    );
    const lost = { ...FOUND, routable: false, reason: 'no-route', certain: false } as const;
    const nothing = {
      type: null,
      table: null,
      prefix: null,
      oif: null,
      link: null,
      gateway: null,
      source: null,
    };
    expect(lookupText({ ...lost, ...nothing }, plain)).toBe(
      '203.0.113.1      not routable: no-route  uncertain',
    );
  });
});
