import { describe, expect, it } from 'vitest';
import { addressBits, commonPrefixLength } from '../../../../main/destination/address-bits.js';
import { addressPolicy, addressScope } from '../../../../main/destination/policy-table.js';

const bits = (address: string): bigint => addressBits(address) ?? -1n;

describe('addressBits', () => {
  it.each([
    ['::', 0n],
    ['::1', 1n],
    ['1::', 1n << 112n],
    ['1:2:3:4:5:6:7:8', 0x0001_0002_0003_0004_0005_0006_0007_0008n],
    ['2001:DB8::a', (0x2001_0db8n << 96n) | 10n],
    ['fe80::1%eth0', (0xfe80n << 112n) | 1n],
    ['1.2.3.4', 0xffff_0102_0304n],
    ['::ffff:1.2.3.4', 0xffff_0102_0304n],
    ['::ffff:102:304', 0xffff_0102_0304n],
    ['64:ff9b::192.0.2.33', (0x64_ff9bn << 96n) | 0xc000_0221n],
    ['::1.2.3.4', 0x0102_0304n],
  ])('reads %s', (address, expected) => expect(addressBits(address)).toBe(expected));

  it.each(['', 'example.org', '1.2.3', '1::2::3', '12345::'])('does not read %j', (text) => {
    expect(addressBits(text)).toBeNull();
  });
});

it.each([
  ['::', '::', 128],
  ['::', '::1', 127],
  ['2001:db8::', '2001:db8:8000::', 32],
  ['::', '8000::', 0],
])('%s and %s share %i bits', (one, other, length) => {
  expect(commonPrefixLength(bits(one), bits(other))).toBe(length);
});

it.each([
  ['::1', 50, 0],
  ['2001:db8::1', 40, 1],
  ['fe80::1', 40, 1],
  ['192.0.2.1', 35, 4],
  ['2002::1', 30, 2],
  ['2001:0:1::', 5, 5],
  ['2001:1::', 40, 1],
  ['fd00::1', 3, 13],
  ['::2', 1, 3],
  ['fec0::1', 1, 11],
  ['3ffe::1', 1, 12],
])('the policy table gives %s precedence %i, label %i', (address, precedence, label) => {
  expect(addressPolicy(bits(address))).toMatchObject({ precedence, label });
});

it.each([
  ['fe80::1', 2],
  ['febf::1', 2],
  ['::1', 2],
  ['fec0::1', 5],
  ['fd00::1', 14],
  ['2001:db8::1', 14],
  ['ff02::1', 2],
  ['ff05::1', 5],
  ['ff0e::1', 14],
  ['169.254.0.1', 2],
  ['127.0.0.1', 2],
  ['10.0.0.1', 14],
  ['192.0.2.1', 14],
])('%s has scope %i', (address, scope) => expect(addressScope(bits(address))).toBe(scope));
