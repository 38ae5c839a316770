import type { Lookup, Rule } from '../../../core/network-types.js';

/** A rule that asks nothing: look into the main table. */
export const PLAIN_RULE: Rule = {
  family: 4,
  priority: 100,
  action: 'lookup',
  table: 254,
  from: null,
  to: null,
  iif: null,
  oif: null,
  fwmark: null,
  fwmask: null,
  gotoPriority: null,
  tos: 0,
  uidRange: null,
  ipProtocol: null,
  sourcePorts: null,
  destinationPorts: null,
  suppressPrefixLength: null,
  suppressIfgroup: null,
  isL3mdev: false,
  isInverted: false,
  hasUnknownSelector: false,
};

/** An answer by the IPv4 default route. */
export const FOUND: Lookup = {
  dst: '203.0.113.1',
  routable: true,
  reason: null,
  type: 'unicast',
  table: 254,
  prefix: '0.0.0.0/0',
  oif: 2,
  link: 'eth0',
  gateway: '192.0.2.254',
  source: '192.0.2.1',
  certain: true,
  nexthops: null,
};
