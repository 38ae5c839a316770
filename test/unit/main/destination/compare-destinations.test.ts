import { describe, expect, it } from 'vitest';
import { addressBits } from '../../../../main/destination/address-bits.js';
import { type Candidate, compareDestinations } from '../../../../main/destination/compare-destinations.js';

type Pair = readonly [destination: string, source: string, more?: Partial<Candidate>];

function candidate([destination, source, more]: Pair): Candidate {
  return {
    destination: addressBits(destination) ?? 0n,
    source: addressBits(source),
    sourcePrefixLength: source.includes(':') ? 64 : 24,
    isSourceDeprecated: false,
    isNative: true,
    ...more,
  };
}

/** The better one first, with the source that it is reached from. */
type Case = readonly [rule: string, first: Pair, second: Pair];

function check([, first, second]: Case): void {
  const [better, worse] = [candidate(first), candidate(second)];
  expect(compareDestinations(better, worse)).toBeLessThan(0);
  expect(compareDestinations(worse, better)).toBeGreaterThan(0);
}

// All but the one with a home address, which is Mobile IPv6.
describe('the examples of RFC 6724 section 10.2', () => {
  it.each<Case>([
    ['prefer matching scope', ['2001:db8:1::1', '2001:db8:1::2'], ['198.51.100.121', '169.254.13.78']],
    ['prefer matching scope', ['198.51.100.121', '198.51.100.117'], ['2001:db8:1::1', 'fe80::1']],
    ['prefer higher precedence', ['2001:db8:1::1', '2001:db8:1::2'], ['10.1.2.3', '10.1.2.4']],
    ['prefer smaller scope', ['fe80::1', 'fe80::2'], ['2001:db8:1::1', '2001:db8:1::2']],
    [
      'avoid deprecated addresses',
      ['2001:db8:1::1', '2001:db8:1::2'],
      ['fe80::1', 'fe80::2', { isSourceDeprecated: true }],
    ],
    ['longest matching prefix', ['2001:db8:1::1', '2001:db8:1::2'], ['2001:db8:3ffe::1', '2001:db8:3f44::2']],
    [
      'prefer matching label',
      ['2002:c633:6401::1', '2002:c633:6401::2'],
      ['2001:db8:1::1', '2002:c633:6401::2'],
    ],
    [
      'prefer higher precedence',
      ['2001:db8:1::1', '2001:db8:1::2'],
      ['2002:c633:6401::1', '2002:c633:6401::2'],
    ],
  ])('%s: %j before %j', (...args) => check(args));
});

describe('the rules beyond the examples', () => {
  it.each<Case>([
    ['unique local (precedence 3) after IPv4', ['198.51.100.1', '198.51.100.2'], ['fd00::1', 'fd00::2']],
    ['Teredo (5) after IPv4', ['198.51.100.1', '198.51.100.2'], ['2001::1', '2001::2']],
    [
      '6to4 (30) after IPv4 (35)',
      ['198.51.100.1', '198.51.100.2'],
      ['2002:c633:6401::1', '2002:c633:6401::2'],
    ],
    ['loopback first of all', ['::1', '::1'], ['127.0.0.1', '127.0.0.1']],
    ['IPv4-mapped as IPv4', ['2001:db8::1', '2001:db8::2'], ['::ffff:198.51.100.1', '198.51.100.2']],
    ['autoconfigured IPv4 is link-local', ['169.254.1.1', '169.254.1.2'], ['198.51.100.1', '198.51.100.2']],
    ['private IPv4 is global', ['198.51.100.1', '10.0.0.1'], ['198.51.100.1', '169.254.0.1']],
    [
      'a native link before a tunnel',
      ['2001:db8::1', '2001:db8:1::2'],
      ['2001:db8::2', '2001:db8:1::2', { isNative: false }],
    ],
    ['IPv4 on the own subnet before elsewhere', ['192.0.2.7', '192.0.2.1'], ['192.0.3.7', '192.0.2.1']],
  ])('%s: %j before %j', (...args) => check(args));

  it.each<Case>([
    [
      'IPv4 beyond the own subnet, however near in bits',
      ['192.0.3.7', '192.0.2.1'],
      ['203.0.113.1', '192.0.2.1'],
    ],
    [
      'IPv6 that shares more than the subnet',
      ['2001:db8::2', '2001:db8::3'],
      ['2001:db8::ffff:1', '2001:db8::3'],
    ],
    ['the same', ['2001:db8::2', '2001:db8::3'], ['2001:db8::2', '2001:db8::3']],
  ])('do not tell apart %s: %j and %j', (_, one, other) => {
    expect(compareDestinations(candidate(one), candidate(other))).toBe(0);
  });
});
