import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LookupOptions, RoamkitError } from '../../main/index.js';
import { LookupLab } from '../fixtures/lookup-lab.js';

// What a rule may ask of a packet, told and not told: mirror against kernel.

let lab: LookupLab;
beforeAll(async () => {
  lab = await LookupLab.create();
});
afterAll(() => lab?.[Symbol.asyncDispose]());

const DESTINATIONS = { 4: '203.0.113.1', 6: '2600::1' } as const;
const FAMILIES = [4, 6] as const;
const uid = process.getuid?.() ?? 0;

/** A selector, options that it matches, options that it does not match. Without any of them, the answer is a guess. */
const SELECTORS: readonly (readonly [
  selector: string,
  hits: readonly LookupOptions[],
  misses: readonly LookupOptions[],
])[] = [
  ['fwmark 7', [{ mark: 7 }], [{ mark: 8 }, { mark: 0 }]],
  ['fwmark 0x10/0xf0', [{ mark: 0x1f }, { mark: 0xffffff10 }], [{ mark: 0x2f }]],
  ['fwmark 0x80000001', [{ mark: 0x80000001 }], [{ mark: 1 }]],
  ['uidrange 70000-70010', [{ uid: 70000 }, { uid: 70010 }], [{ uid: 70011 }, { uid: 0 }]],
  ['uidrange 0-4294967294', [{ uid: 0 }, { uid: 4294967294 }], []],
  [`uidrange ${uid}-${uid}`, [{ uid }], [{ uid: uid + 1 }]],
  ['ipproto tcp', [{ protocol: 'tcp' }, { protocol: 6 }], [{ protocol: 'udp' }]],
  ['ipproto udp', [{ protocol: 'udp' }], [{ protocol: 'tcp' }, { protocol: 'icmp' }]],
  ['sport 1000-2000', [{ sourcePort: 1000 }, { sourcePort: 2000 }], [{ sourcePort: 2001 }]],
  [
    'dport 443',
    [{ destinationPort: 443 }, { destinationPort: 443, sourcePort: 9 }],
    [{ destinationPort: 80 }],
  ],
  // The two ECN bits do not count.
  ['tos 0x10', [{ tos: 0x10 }, { tos: 0x13 }], [{ tos: 0 }, { tos: 0x08 }, { tos: 0x14 }]],
  [
    'ipproto tcp dport 443 fwmark 7',
    [{ protocol: 'tcp', destinationPort: 443, mark: 7 }],
    [
      { protocol: 'udp', destinationPort: 443, mark: 7 },
      // One that says no is enough.
      { mark: 8 },
      { protocol: 'udp' },
    ],
  ],
];

describe.each(FAMILIES)('IPv%i: a rule with', (family) => {
  const destination = DESTINATIONS[family];

  it.each(SELECTORS)('%s', async (selector, hits, misses) => {
    for (const isInverted of [false, true]) {
      const rule = `rule ${'%'} ${isInverted ? 'not ' : ''}${selector} table 100 priority 100`;
      await lab.ip(rule.replace('%', 'add'), family);
      try {
        const linkOf = (isHit: boolean) => (isHit === isInverted ? 'up0' : 'up1');
        for (const options of hits) {
          const found = lab.agreed(destination, options);
          expect({ options, link: found.link, certain: found.certain }).toEqual({
            options,
            link: linkOf(true),
            certain: true,
          });
        }
        for (const options of misses) {
          const found = lab.agreed(destination, options);
          expect({ options, link: found.link, certain: found.certain }).toEqual({
            options,
            link: linkOf(false),
            certain: true,
          });
        }
        // Not told, the kernel has a default, and so has the mirror; but it says that it is one.
        expect(lab.agreed(destination).certain).toBe(false);
      } finally {
        await lab.ip(rule.replace('%', 'del'), family);
      }
    }
  });

  it.each([
    ['iif up0', 'up0'],
    ['not iif up0', 'up1'],
    ['iif lo', 'up1'],
    ['not iif lo', 'up0'],
    ['oif up1', 'up0'],
    ['not oif up1', 'up1'],
  ])('%s asks what is always known', async (selector, link) => {
    await lab.ip(`rule add ${selector} table 100 priority 100`, family);
    try {
      expect(lab.agreed(destination)).toMatchObject({ link, certain: true });
      expect(lab.agreed(destination, { oif: 'up1' }).certain).toBe(true);
    } finally {
      await lab.ip(`rule del ${selector} table 100 priority 100`, family);
    }
  });

  it('from asks for the source; not told, it is none', async () => {
    const own = family === 4 ? '192.0.2.1' : '2001:db8:1::1';
    const other = family === 4 ? '198.51.100.1' : '2001:db8:2::1';
    const any = family === 4 ? '0.0.0.0' : '::';
    await lab.ip(`rule add from ${own} table 100 priority 100`, family);
    try {
      expect(lab.agreed(destination, { source: own })).toMatchObject({ link: 'up1', source: own });
      expect(lab.agreed(destination, { source: other })).toMatchObject({ link: 'up0', source: other });
      expect(lab.agreed(destination, { source: any })).toMatchObject({ link: 'up0', source: own });
      expect(lab.agreed(destination)).toMatchObject({ link: 'up0', certain: true });
    } finally {
      await lab.ip(`rule del from ${own} table 100 priority 100`, family);
    }
  });

  it('a VRF’s table matches nothing where there is no VRF', async () => {
    await lab.ip('rule add l3mdev priority 100', family);
    try {
      expect(lab.agreed(destination)).toMatchObject({ link: 'up0', certain: true });
      expect(lab.agreed(destination, { oif: 'up0' })).toMatchObject({ link: 'up0', certain: true });
    } finally {
      await lab.ip('rule del l3mdev priority 100', family);
    }
  });

  it('a selector that the mirror does not know makes the answer uncertain', async () => {
    await lab.ip('rule add tun_id 5 table 100 priority 100', family);
    try {
      expect(lab.agreed(destination).certain).toBe(false);
      const rules = lab.monitor.state.rules.filter(
        (rule) => rule.family === family && rule.hasUnknownSelector,
      );
      expect(rules).toMatchObject([{ priority: 100, table: 100 }]);
    } finally {
      await lab.ip('rule del tun_id 5 table 100 priority 100', family);
    }
    expect(lab.agreed(destination).certain).toBe(true);
  });

  it('suppress_ifgroup makes what it finds uncertain, and only that', async () => {
    await lab.ip('rule add suppress_ifgroup 7 table 100 priority 100', family);
    try {
      expect(lab.agreed(destination)).toMatchObject({ link: 'up1', certain: false });
      expect(lab.agreed(family === 4 ? '127.0.0.1' : '::1').certain).toBe(true);
      await lab.ip('link set up1 group 7');
      expect(lab.monitor.lookup(destination).certain).toBe(false);
    } finally {
      await lab.ip('link set up1 group 0');
      await lab.ip('rule del suppress_ifgroup 7 table 100 priority 100', family);
    }
  });
});

describe('IPv4: tos', () => {
  it('of a route counts without its first three bits, and of a rule too', async () => {
    await lab.ip([
      'route add 10.0.0.0/8 tos 0x10 via 198.51.100.254',
      'rule add tos 0x08 table 100 priority 100',
    ]);
    for (const [tos, link] of [
      [0x10, 'up1'],
      [0xf0, 'up1'],
      [0x13, 'up1'],
      [0x28, 'up1'],
      [0x14, 'up0'],
      [0, 'up0'],
    ] as const) {
      expect(lab.agreed('10.0.0.1', { tos })).toMatchObject({ link, certain: true });
    }
    expect(lab.agreed('10.0.0.1')).toMatchObject({ link: 'up0', certain: false });
    await lab.ip([
      'route del 10.0.0.0/8 tos 0x10 via 198.51.100.254',
      'rule del tos 0x08 table 100 priority 100',
    ]);
  });
});

describe('IPv6: tos', () => {
  it('of a rule counts with all six bits', async () => {
    await lab.ip('rule add tos 0x28 table 100 priority 100', 6);
    expect(lab.agreed('2600::1', { tos: 0x2b })).toMatchObject({ link: 'up1', certain: true });
    expect(lab.agreed('2600::1', { tos: 0x08 })).toMatchObject({ link: 'up0', certain: true });
    await lab.ip('rule del tos 0x28 table 100 priority 100', 6);
  });
});

describe('oif', () => {
  it('may be an ifindex or a name', () => {
    const { ifindex = 0 } = lab.monitor.state.links.find(({ name }) => name === 'up1') ?? {};
    const byName = lab.agreed('198.51.100.9', { oif: 'up1' });
    expect(byName).toMatchObject({ link: 'up1', oif: ifindex });
    expect(lab.agreed('198.51.100.9', { oif: ifindex })).toEqual(byName);
  });

  it('must be a link that there is, by name', () => {
    for (const ask of [lab.monitor.lookup, lab.monitor.lookupKernel]) {
      expect(() => ask.call(lab.monitor, '203.0.113.1', { oif: 'nolink0' })).toThrow(
        new RoamkitError('ERR_ROAMKIT_INVALID_ARGUMENT', "oif: there is no link 'nolink0'"),
      );
    }
  });

  it('leads nowhere with an ifindex that no link has', () => {
    expect(lab.agreed('203.0.113.1', { oif: 987_654 })).toMatchObject({
      routable: false,
      reason: 'no-route',
    });
    expect(lab.agreed('2600::1', { oif: 987_654 })).toMatchObject({ routable: false, reason: 'no-route' });
  });
});

describe('protocol', () => {
  it('may be any in the mirror, and for the kernel TCP, UDP and the family’s ICMP', () => {
    for (const protocol of ['tcp', 'udp', 'icmp', 6, 17] as const) {
      lab.agreed('203.0.113.1', { protocol });
      lab.agreed('2600::1', { protocol });
    }
    lab.agreed('203.0.113.1', { protocol: 1 });
    lab.agreed('2600::1', { protocol: 58 });
    expect(lab.monitor.lookup('203.0.113.1', { protocol: 50 }).routable).toBe(true);
    expect(() => lab.monitor.lookupKernel('203.0.113.1', { protocol: 50 })).toThrow(
      /^protocol: for IPv4 the kernel answers about 6, 17, 1 only, not 50$/,
    );
    expect(() => lab.monitor.lookupKernel('2600::1', { protocol: 1 })).toThrow(
      /^protocol: for IPv6 the kernel answers about 6, 17, 58 only, not 1$/,
    );
  });
});
