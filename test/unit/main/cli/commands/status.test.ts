import { describe, expect, it } from 'vitest';
import type { Capabilities, NetworkState } from '../../../../../core/network-types.js';
import { summary } from '../../../../../main/cli/commands/status.js';
import { plain } from '../../../../../main/cli/text/paint.js';
import { run } from '../run.js';

const link = { kind: null, isLoopback: false, isUp: true, hasCarrier: true, masterIfindex: null };
const address = {
  family: 4,
  prefixLength: 24,
  scope: 'global',
  isTentative: false,
  isDadFailed: false,
  isDeprecated: false,
  isSecondary: false,
  peer: null,
} as const;
const state: NetworkState = {
  seq: 3,
  generation: 2,
  status: 'online',
  families: { 4: 'online', 6: 'local' },
  validated: false,
  portal: null,
  links: [
    { ...link, ifindex: 1, name: 'lo', isLoopback: true },
    { ...link, ifindex: 2, name: 'wlan0', kind: 'veth', hasCarrier: false },
    { ...link, ifindex: 3, name: 'e\u001b[2J', isUp: false },
  ],
  addresses: [{ ...address, ifindex: 2, address: '192.0.2.7' }],
  rules: [],
  defaultPaths: {
    4: {
      oif: 2,
      link: 'wlan0',
      gateway: '192.0.2.254',
      source: '192.0.2.7',
      table: 254,
      gatewayReachable: true,
    },
    6: null,
  },
};
const capabilities: Capabilities = {
  backend: 'netlink',
  events: true,
  routes: true,
  kernelLookup: true,
  socketDiagnosis: true,
  missing: [],
};

describe('roamkit status', () => {
  it('prints the state and the capabilities as one JSON line', async () => {
    const { code, stdout, stderr } = await run(['status', '--json']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(Object.keys(JSON.parse(stdout))).toEqual([
      'seq',
      'generation',
      'status',
      'families',
      'validated',
      'portal',
      'links',
      'addresses',
      'rules',
      'defaultPaths',
      'capabilities',
    ]);
  });

  it('is aligned for people, and lets no link name drive the terminal', () => {
    expect(summary(state, capabilities, plain).split('\n')).toEqual([
      'online  not validated, generation 2, netlink',
      '',
      'IPv4  online   wlan0 via 192.0.2.254  source 192.0.2.7',
      'IPv6  local    no default path',
      '',
      'lo        loopback  up',
      'wlan0     veth      no carrier  192.0.2.7/24',
      'e\\x1b[2J  -         down',
    ]);
  });

  it('says what is missing', () => {
    const text = summary(state, { ...capabilities, missing: ['no routes'] }, plain);
    expect(text).toMatch(/\n\nmissing {2}no routes$/);
  });
});
