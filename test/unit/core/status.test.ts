import { describe, expect, it } from 'vitest';
import type { Address, DefaultPaths, Link, NetworkStatus } from '../../../core/network-types.js';
import { familyStatus, overallStatus } from '../../../core/status.js';

const eth0: Link = {
  ifindex: 2,
  name: 'eth0',
  kind: null,
  isLoopback: false,
  isUp: true,
  hasCarrier: true,
  masterIfindex: null,
};
const lo: Link = { ...eth0, ifindex: 1, name: 'lo', isLoopback: true };
const address: Address = {
  family: 4,
  ifindex: 2,
  address: '192.0.2.1',
  prefixLength: 24,
  scope: 'global',
  isTentative: false,
  isDadFailed: false,
  isDeprecated: false,
  isSecondary: false,
  peer: null,
};
const linkLocal6: Address = { ...address, family: 6, address: 'fe80::1', prefixLength: 64, scope: 'link' };
const global6: Address = { ...linkLocal6, address: '2001:db8::1', scope: 'global' };
const none: DefaultPaths = { 4: null, 6: null };
const viaEth0: DefaultPaths = {
  4: { oif: 2, link: 'eth0', gateway: null, source: '192.0.2.1', table: 254, gatewayReachable: true },
  6: null,
};

describe('a family’s status from routing alone', () => {
  const status = (family: 4 | 6, links: Link[], addresses: Address[], defaultPaths = none): NetworkStatus =>
    familyStatus(family, { links, addresses, defaultPaths });

  it('is online with a default path of this family, whatever else', () => {
    expect(status(4, [lo, eth0], [address], viaEth0)).toBe('online');
    expect(status(4, [], [], viaEth0)).toBe('online');
    expect(status(6, [lo, eth0], [address], viaEth0)).toBe('offline');
  });

  it('is local with a usable address of this family on a usable link', () => {
    expect(status(4, [lo, eth0], [address])).toBe('local');
    expect(status(6, [lo, eth0], [global6])).toBe('local');
    expect(status(4, [lo, eth0], [{ ...address, isDeprecated: true }])).toBe('local');
  });

  it.each<readonly [string, 4 | 6, Link, Address]>([
    ['the link is down', 4, { ...eth0, isUp: false }, address],
    ['the link has no carrier', 4, { ...eth0, hasCarrier: false }, address],
    ['the link is the loopback', 4, { ...eth0, isLoopback: true }, address],
    ['the link is another one', 4, { ...eth0, ifindex: 7 }, address],
    ['the address is tentative', 6, eth0, { ...global6, isTentative: true }],
    ['the address is a duplicate', 6, eth0, { ...global6, isDadFailed: true }],
    ['the IPv6 address is link-local', 6, eth0, linkLocal6],
    ['the address is of the other family', 6, eth0, address],
  ])('is offline when %s', (_, family, link, only) => {
    expect(status(family, [link], [only])).toBe('offline');
  });

  it('is local with an IPv4 link-local address: a network without a DHCP server', () => {
    expect(status(4, [eth0], [{ ...address, address: '169.254.7.7', scope: 'link' }])).toBe('local');
  });
});

describe('the overall status', () => {
  it.each<readonly [NetworkStatus, NetworkStatus, NetworkStatus]>([
    ['online', 'offline', 'online'],
    ['offline', 'online', 'online'],
    ['local', 'portal', 'portal'],
    ['limited', 'portal', 'portal'],
    ['local', 'limited', 'limited'],
    ['unknown', 'offline', 'offline'],
    ['unknown', 'unknown', 'unknown'],
  ])('of %s and %s is %s', (v4, v6, overall) => {
    expect(overallStatus({ 4: v4, 6: v6 })).toBe(overall);
  });
});
