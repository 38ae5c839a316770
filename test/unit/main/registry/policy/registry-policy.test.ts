import { describe, expect, it } from 'vitest';
import { RoamkitError } from '../../../../../core/errors.js';
import { defaultPolicy } from '../../../../../core/policy.js';
import { comparableHost } from '../../../../../main/registry/policy/host-pattern.js';
import type { Peer } from '../../../../../main/registry/policy/peer.js';
import { PolicyTable, type RegistryPolicy } from '../../../../../main/registry/policy/registry-policy.js';

/** A peer, as `host address:port`; `-` where it is not known. */
function peer(hosts: string, address: string | null = null, port: number | null = null): Peer {
  return { hosts: hosts === '-' ? [] : hosts.split(' ').map(comparableHost), address, port };
}

/** Whether a rule of these patterns is that of a peer. */
function matches(patterns: { hosts?: unknown; ports?: unknown }, of: Peer): boolean {
  const rule = { ...patterns, policy: { 'no-route': { action: 'ignore' } } };
  const table = new PolicyTable({ rules: [rule] } as RegistryPolicy);
  return table.policyFor(of)['no-route'].action === 'ignore';
}

/** What a policy is refused with. */
function refusal(policy: unknown): string {
  try {
    new PolicyTable(policy as RegistryPolicy);
  } catch (error) {
    expect(error).toBeInstanceOf(RoamkitError);
    expect((error as RoamkitError).code).toBe('ERR_ROAMKIT_INVALID_ARGUMENT');
    return (error as RoamkitError).message;
  }
  throw new Error('it was taken');
}

describe('a host pattern', () => {
  it.each<readonly [string, Peer, boolean]>([
    ['api.example.org', peer('api.example.org'), true],
    ['api.example.org', peer('API.Example.ORG.'), true],
    ['API.example.org.', peer('api.example.org'), true],
    ['api.example.org', peer('www.example.org'), false],
    ['api.example.org', peer('x.api.example.org'), false],
    ['example.org', peer('proxy.example.net example.org'), true],
    ['bücher.example', peer('xn--bcher-kva.example'), true],
    ['xn--bcher-kva.example', peer('BÜCHER.example'), true],
    ['my_host', peer('my_host'), true],
    ['*.example.org', peer('api.example.org'), true],
    ['*.example.org', peer('a.b.example.org'), true],
    ['*.example.org', peer('example.org'), false],
    ['*.example.org', peer('badexample.org'), false],
    ['192.0.2.7', peer('-', '192.0.2.7', 443), true],
    ['192.0.2.7', peer('192.0.2.7'), true],
    ['192.0.2.7', peer('-', '192.0.2.8', 443), false],
    ['2001:DB8::7', peer('-', '2001:db8:0::7', 443), true],
    ['fe80::7', peer('-', 'fe80::7%eth0', 443), true],
    ['10.0.0.0/8', peer('-', '10.255.0.1', 443), true],
    ['10.0.0.0/8', peer('-', '11.0.0.1', 443), false],
    ['10.0.0.0/8', peer('10.1.1.1'), true],
    ['10.0.0.0/8', peer('intranet.example', '10.1.1.1', 1), true],
    ['10.0.0.0/8', peer('intranet.example'), false],
    ['10.0.0.0/9', peer('-', '10.128.0.1', 1), false],
    ['0.0.0.0/0', peer('-', '203.0.113.1', 1), true],
    ['0.0.0.0/0', peer('-', '2001:db8::1', 1), false],
    ['::/0', peer('-', '203.0.113.1', 1), false],
    ['::/0', peer('-', '2001:db8::1', 1), true],
    ['fd00::/8', peer('-', 'fdff::1', 1), true],
    ['fd00::/8', peer('-', 'fc00::1', 1), false],
    ['fd00::/7', peer('-', 'fc00::1', 1), true],
    ['2001:db8::/33', peer('-', '2001:db8:7fff::1', 1), true],
    ['2001:db8::/33', peer('-', '2001:db8:8000::1', 1), false],
    ['fe80::/10', peer('-', 'fe80::1%eth0', 1), true],
  ])('%s of %j: %s', (pattern, of, expected) => {
    expect(matches({ hosts: pattern }, of)).toBe(expected);
  });

  it.each([
    [7, 'policy.rules[0].hosts: must be a text, not 7'],
    ['', "policy.rules[0].hosts: must be a name, *.NAME, an address or a network (ADDRESS/LENGTH), not ''"],
    ['*', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['*.', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['api.*', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['*api.example.org', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['*.*.example.org', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['a b', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['example.org:443', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['example.org?x', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['-a.example', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['a..b', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['10.0.0', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['0x7f.1', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['10.0.0.256', /^policy\.rules\[0\]\.hosts: must be a name/],
    ['[::1]', /^policy\.rules\[0\]\.hosts: must be a name/],
    [
      '10.0.0.0/33',
      "policy.rules[0].hosts: must have a prefix length of 0 to 32 after the /, not '10.0.0.0/33'",
    ],
    ['fd00::/129', /: must have a prefix length of 0 to 128 after the \/, not 'fd00::\/129'$/],
    ['10.0.0.0/', /: must have a prefix length of 0 to 32/],
    ['10.0.0.0/8/8', /: must have a prefix length of 0 to 32/],
    ['10.0.0.0/-1', /: must have a prefix length of 0 to 32/],
    ['10.0.0/8', /: must have an address without a scope before the \//],
    ['example.org/8', /: must have an address without a scope before the \//],
    ['fe80::%eth0/64', /: must have an address without a scope before the \//],
    ['fe80::1%eth0', /: must have an address without a scope before the \//],
  ])('is refused: %j', (pattern, message) => {
    const said = refusal({ rules: [{ hosts: pattern, policy: {} }] });
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});

describe('a port pattern', () => {
  it.each<readonly [unknown, number | null, boolean]>([
    [443, 443, true],
    ['443', 443, true],
    [443, 444, false],
    [443, null, false],
    ['8000-8999', 7999, false],
    ['8000-8999', 8000, true],
    ['8000-8999', 8999, true],
    ['8000-8999', 9000, false],
    ['1-65535', 65_535, true],
    [[443, '8000-8999'], 8443, true],
    [[443, '8000-8999'], 80, false],
  ])('%j of port %s: %s', (ports, port, expected) => {
    expect(matches({ ports }, peer('-', '192.0.2.1', port))).toBe(expected);
  });

  it.each([0, 65_536, -1, 1.5, Number.NaN, '', 'https', '1-', '-1', '9-8', '1-65536', '1 - 2', null, true])(
    'is refused: %j',
    (ports) => {
      expect(refusal({ rules: [{ ports, policy: {} }] })).toMatch(
        /^policy\.rules\[0\]\.ports: must be a port \(1 to 65535\) or a range \('8000-8999'\), not '/,
      );
    },
  );
});

describe('a rule', () => {
  it('wants its host and its port', () => {
    const rule = { hosts: ['a.example', 'b.example'], ports: [1, 2] };
    expect(matches(rule, peer('b.example', '192.0.2.1', 2))).toBe(true);
    expect(matches(rule, peer('b.example', '192.0.2.1', 3))).toBe(false);
    expect(matches(rule, peer('c.example', '192.0.2.1', 2))).toBe(false);
  });

  it('goes before the policy around it, field by field, which goes before the default', () => {
    const table = new PolicyTable({
      'carrier-lost': { graceMs: 9, action: 'signal' },
      'no-route': { graceMs: 8 },
      rules: [{ hosts: 'a.example', policy: { 'carrier-lost': { graceMs: 1 } } }],
    });
    expect(table.policyFor(peer('a.example'))).toEqual({
      ...defaultPolicy,
      'carrier-lost': { graceMs: 1, action: 'signal' },
      'no-route': { graceMs: 8, action: 'invalidate' },
    });
    expect(table.policyFor(peer('-'))['carrier-lost']).toEqual({ graceMs: 9, action: 'signal' });
  });

  it('counts alone where it is the first that matches', () => {
    const table = new PolicyTable({
      rules: [
        { hosts: 'a.example', policy: { 'no-route': { graceMs: 1 } } },
        { hosts: '*.example', policy: { 'no-route': { graceMs: 2 }, 'link-down': { action: 'ignore' } } },
      ],
    });
    expect(table.policyFor(peer('b.example'))['no-route'].graceMs).toBe(2);
    const first = table.policyFor(peer('a.example'));
    expect(first['no-route'].graceMs).toBe(1);
    expect(first['link-down'].action).toBe('invalidate');
  });

  it.each<readonly [unknown, string]>([
    [{ rules: {} }, 'policy.rules: must be a list'],
    [{ rules: [null] }, 'policy.rules[0]: must be an object'],
    [{ rules: [{ policy: {} }] }, 'policy.rules[0]: must have hosts or ports'],
    [{ rules: [{ hosts: 'a.example' }] }, 'policy.rules[0].policy: is missing'],
    [{ rules: [{ hosts: [], policy: {} }] }, 'policy.rules[0].hosts: must not be empty'],
    [{ rules: [{ ports: [], policy: {} }] }, 'policy.rules[0].ports: must not be empty'],
    [
      { rules: [{ host: 'a.example', policy: {} }] },
      "policy.rules[0].host: is not a rule's field; one of hosts, ports, policy",
    ],
    [
      { rules: [{ hosts: 'a.example', policy: { 'no-route': { graceMs: -1 } } }] },
      'policy.rules[0].policy.no-route.graceMs: must be 0 to 2147483647 milliseconds, not -1',
    ],
    [null, 'policy: must be an object'],
    [[], 'policy: must be an object'],
  ])('is refused with the name of the field: %j', (policy, message) => {
    expect(refusal(policy)).toBe(message);
  });

  it('is refused with its place in both lists', () => {
    const rule = { hosts: 'a.example', policy: {} };
    expect(refusal({ rules: [rule, rule, { hosts: ['10.0.0'], policy: {} }] })).toMatch(
      /^policy\.rules\[2\]\.hosts\[0\]: must be a name/,
    );
    expect(refusal({ rules: [rule, { ports: [1, 'x'], policy: {} }] })).toMatch(
      /^policy\.rules\[1\]\.ports\[1\]: /,
    );
  });
});
