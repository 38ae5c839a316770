import { beforeEach, describe, expect, it } from 'vitest';
import type { Address, Link, Path, Rule } from '../../../../core/network-types.js';
import type { PortalFindings } from '../../../../core/portal-findings.js';
import type { MonitorBatch } from '../../../../main/monitor/backend.js';
import { emptyBatch } from '../../../../main/monitor/empty-batch.js';
import { StateBuilder } from '../../../../main/monitor/state-builder.js';
import { CAPTIVE } from '../../support/portals.js';
import { PLAIN_RULE } from '../../support/routing-samples.js';

const link = (ifindex: number, name = `eth${ifindex}`): Link => ({
  ifindex,
  name,
  kind: null,
  isLoopback: false,
  isUp: true,
  hasCarrier: true,
  masterIfindex: null,
});
const address = (ifindex: number, text: string, prefixLength = 24): Address => ({
  family: 4,
  ifindex,
  address: text,
  prefixLength,
  scope: 'global',
  isTentative: false,
  isDadFailed: false,
  isDeprecated: false,
  isSecondary: false,
  peer: null,
});
const rule = (priority: number, family: 4 | 6 = 4): Rule => ({ ...PLAIN_RULE, family, priority });
const path: Path = {
  oif: 2,
  link: 'eth2',
  gateway: '192.0.2.254',
  source: '192.0.2.1',
  table: 254,
  gatewayReachable: true,
};

const batch = (parts: Partial<MonitorBatch> = {}): MonitorBatch => ({ ...emptyBatch(), ...parts });

let builder: StateBuilder;
beforeEach(() => {
  builder = new StateBuilder(
    batch({
      links: [{ kind: 'add', link: link(2) }],
      addresses: [{ kind: 'add', address: address(2, '192.0.2.1') }],
      rules: [{ kind: 'add', rule: rule(32_766) }],
    }),
  );
});

describe('a state', () => {
  it('is of the first batch at the start', () => {
    expect(builder.state).toMatchObject({
      seq: 1,
      generation: 0,
      status: 'local',
      families: { 4: 'local', 6: 'offline' },
      validated: false,
      links: [link(2)],
      addresses: [address(2, '192.0.2.1')],
      rules: [rule(32_766)],
      defaultPaths: { 4: null, 6: null },
    });
  });

  it('is never changed, but followed by another', () => {
    const before = builder.state;
    builder.apply(batch({ links: [{ kind: 'add', link: link(3) }] }));
    expect(before.links).toEqual([link(2)]);
    expect(builder.state.links).toEqual([link(2), link(3)]);
    expect(builder.state.seq).toBe(2);
  });

  it('keeps what a batch did not touch as the same object', () => {
    const { links, rules, addresses } = builder.state;
    builder.apply(batch({ addresses: [{ kind: 'add', address: address(2, '192.0.2.2') }] }));
    expect(builder.state.links).toBe(links);
    expect(builder.state.rules).toBe(rules);
    expect(builder.state.addresses).not.toBe(addresses);
  });

  it('knows links by their index: a new name is the same link', () => {
    builder.apply(batch({ links: [{ kind: 'change', link: link(2, 'lan0') }] }));
    expect(builder.state.links).toEqual([link(2, 'lan0')]);
    builder.apply(batch({ links: [{ kind: 'remove', link: link(2, 'whatever') }] }));
    expect(builder.state.links).toEqual([]);
  });

  it('knows addresses by link, address and prefix length', () => {
    const others = [address(3, '192.0.2.1'), address(2, '192.0.2.1', 25)];
    builder.apply(batch({ addresses: others.map((entry) => ({ kind: 'add' as const, address: entry })) }));
    expect(builder.state.addresses).toHaveLength(3);
    builder.apply(batch({ addresses: [{ kind: 'remove', address: address(2, '192.0.2.1') }] }));
    expect(builder.state.addresses).toEqual(others);
  });

  it('has its rules by family and priority', () => {
    const added = [rule(5, 6), rule(40_000), rule(7)];
    builder.apply(batch({ rules: added.map((entry) => ({ kind: 'add' as const, rule: entry })) }));
    expect(builder.state.rules.map(({ family, priority }) => `${family} ${priority}`)).toEqual([
      '4 7',
      '4 32766',
      '4 40000',
      '6 5',
    ]);
  });

  it('tells rules apart by whatever selects', () => {
    const ports = [
      { ...rule(9), destinationPorts: [80, 80] as const },
      { ...rule(9), destinationPorts: [443, 443] as const },
    ];
    builder.apply(batch({ rules: ports.map((entry) => ({ kind: 'add' as const, rule: entry })) }));
    expect(builder.state.rules).toHaveLength(3);
    builder.apply(
      batch({ rules: ports.slice(0, 1).map((entry) => ({ kind: 'remove' as const, rule: entry })) }),
    );
    expect(builder.state.rules).toEqual([ports[1], rule(32_766)]);
  });
});

describe('the generation', () => {
  it('grows when a path is another one, and not when it is an equal one or none is told', () => {
    const generations = [
      { 4: path, 6: null },
      { 4: { ...path }, 6: null },
      null,
      { 4: { ...path, link: 'lan0', table: 7 }, 6: null },
      { 4: { ...path, gateway: '192.0.2.253' }, 6: null },
      { 4: null, 6: null },
    ].map((defaultPaths) => {
      builder.apply(batch({ defaultPaths }));
      return builder.state.generation;
    });
    expect(generations).toEqual([1, 1, 1, 1, 2, 3]);
  });

  it('comes with the status', () => {
    builder.apply(batch({ defaultPaths: { 4: path, 6: null } }));
    expect(builder.state).toMatchObject({ status: 'online', families: { 4: 'online', 6: 'offline' } });
    builder.apply(batch({ links: [{ kind: 'remove', link: link(2) }], defaultPaths: { 4: null, 6: null } }));
    expect(builder.state.status).toBe('offline');
  });
});

describe('what a portal detector found', () => {
  const found: PortalFindings = { 4: 'portal', 6: 'absent', portal: CAPTIVE };
  beforeEach(() => builder.apply(batch({ defaultPaths: { 4: path, 6: null } })));

  it('is the status, validated, with the routing as it was', () => {
    const { links } = builder.state;
    builder.report(found);
    expect(builder.state).toMatchObject({
      status: 'portal',
      families: { 4: 'portal', 6: 'offline' },
      validated: true,
      portal: CAPTIVE,
    });
    expect(builder.state.links).toBe(links);
  });

  it('does not validate a network where nothing answered', () => {
    builder.report({ 4: 'limited', 6: 'absent', portal: null });
    expect(builder.state).toMatchObject({ status: 'limited', validated: false });
  });

  it('is forgotten in the very state in which the path is another one', () => {
    builder.report(found);
    builder.apply(batch({ defaultPaths: { 4: { ...path, gateway: '192.0.2.253' }, 6: null } }));
    expect(builder.state).toMatchObject({ status: 'unknown', validated: false, portal: null });
    builder.apply(batch({ defaultPaths: { 4: null, 6: null } }));
    expect(builder.state).toMatchObject({ status: 'local', validated: false });
  });

  it('leaves the status to routing once no detector runs', () => {
    builder.report(found);
    builder.report(null);
    expect(builder.state).toMatchObject({ status: 'online', validated: false, portal: null });
  });
});
