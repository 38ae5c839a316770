import { describe, expect, it } from 'vitest';
import { LookupLab } from '../fixtures/lookup-lab.js';

// Which source address a packet gets, from a mirror that has lived through the changes: mirror against kernel.

const EVERYWHERE = {
  4: ['203.0.113.1', '192.0.2.9', '10.0.0.9', '10.1.0.9', '10.3.0.9', '198.51.100.9', '239.1.1.1', '0.0.0.0'],
  6: [
    ...[
      '2600::1',
      '2001:db8:1::9',
      '2001:db8:2::9',
      '2001:db8:5::9',
      'fd00::9',
      'fec0::9',
      '2002:1::1',
      '3ffe::1',
    ],
    ...[
      '2001::1',
      '::ffff:203.0.113.1',
      'ff02::1%up0',
      'ff05::1%up0',
      'ff0e::1%up0',
      'fe80::9%up0',
      '::1',
      '::',
    ],
    ...['2001:db8:1::1', '2001:db8:2::1'],
  ],
} as const;

type Step = readonly [family: 4 | 6, commands: readonly string[]];

const STORIES: readonly (readonly [
  story: string,
  steps: readonly Step[],
  sources: Readonly<Record<string, string>>,
])[] = [
  [
    'several IPv4 addresses on a link, in the order of their scopes',
    [
      [4, ['addr add 10.0.0.1/24 dev up0', 'addr add 10.1.0.1/24 scope link dev up0']],
      [4, ['addr add 10.2.0.1/24 scope host dev up0', 'addr add 10.3.0.1/24 dev up0']],
      // Without a gateway the first address that reaches as far as the route; with one, that of its subnet.
      [4, ['route add 10.7.0.0/16 dev up0 scope link', 'route add 10.8.0.0/16 via 10.3.0.254']],
      [4, ['route add 10.9.0.0/16 dev up0 scope global', 'route add 10.10.0.0/16 dev up0 scope host']],
    ],
    { '10.7.0.1': '10.1.0.1', '10.8.0.1': '10.3.0.1', '10.9.0.1': '192.0.2.1', '10.10.0.1': '10.2.0.1' },
  ],
  [
    'secondary IPv4 addresses are not chosen, and go behind the others when promoted',
    [
      [4, ['addr add 192.0.2.5/24 dev up0', 'addr add 10.0.0.1/24 dev up0']],
      [4, ['route add 10.7.0.0/16 dev up0', 'addr del 192.0.2.1/24 dev up0']],
    ],
    { '10.7.0.1': '10.0.0.1' },
  ],
  [
    'a preferred source',
    [
      [4, ['addr add 10.0.0.1/32 dev up1', 'route add 10.7.0.0/16 via 192.0.2.254 src 10.0.0.1']],
      [6, ['route add 2001:db8:7::/48 via 2001:db8:1::fe src 2001:db8:2::1']],
    ],
    { '10.7.0.1': '10.0.0.1', '2001:db8:7::1': '2001:db8:2::1' },
  ],
  [
    'the other end of a point-to-point link as the gateway',
    [
      [4, ['addr add 10.0.0.1/24 dev up0', 'addr add 10.5.0.1 peer 10.5.0.2/32 dev up0']],
      [4, ['route add 10.7.0.0/16 via 10.5.0.2']],
    ],
    { '10.7.0.1': '10.5.0.1', '10.5.0.2': '10.5.0.1' },
  ],
  [
    'a link without an IPv4 address borrows the loopback’s',
    [
      [
        4,
        ['addr del 198.51.100.1/24 dev up1', 'addr add 10.5.0.1/32 dev lo', 'route add 10.7.0.0/16 dev up1'],
      ],
    ],
    { '10.7.0.1': '10.5.0.1' },
  ],
  [
    'several IPv6 addresses on a link: the newest of those alike, the longest match',
    [
      [6, ['addr add 2001:db8:1::2/64 dev up0 nodad', 'addr add 2001:db8:1::3/64 dev up0 nodad']],
      [6, ['addr add fd00::1/64 dev up0 nodad', 'addr add fec0::7/64 dev up0 nodad']],
      [6, ['addr add fe80::77/64 dev up0 nodad', 'addr add 2002:7::1/128 dev up1 nodad']],
      [6, ['addr add 2001:db8:5::1/128 dev up1 nodad', 'addr add 2001:db8:aaaa::5/48 dev lo nodad']],
      [6, ['route add 2001:db8:7::/48 dev up0']],
    ],
    // The link that it leaves by comes before the longest match.
    {
      '2600::1': '2001:db8:1::3',
      'fd00::9': 'fd00::1',
      '2001:db8:5::9': '2001:db8:1::3',
      '2002:1::1': '2001:db8:1::3',
    },
  ],
  [
    'deprecated IPv6 addresses come last',
    [
      [
        6,
        ['addr add 2001:db8:1::2/64 dev up0 nodad', 'addr change 2001:db8:1::2/64 dev up0 preferred_lft 0'],
      ],
    ],
    { '2600::1': '2001:db8:1::1' },
  ],
  [
    'an address of another link before a deprecated one of the link itself',
    [[6, ['addr change 2001:db8:1::1/64 dev up0 preferred_lft 0']]],
    { '2600::1': '2001:db8:2::1', '2001:db8:1::9': '2001:db8:2::1' },
  ],
  [
    'a link without a global IPv6 address takes another link’s',
    [
      [6, ['addr del 2001:db8:1::1/64 dev up0', 'route add 2001:db8:7::/48 dev up0']],
      [6, ['route add 2001:db8:8::/48 via fe80::99 dev up0']],
    ],
    { '2001:db8:7::1': '2001:db8:2::1', '2001:db8:8::1': '2001:db8:2::1' },
  ],
  [
    'every address of a local prefix',
    [
      [4, ['route add local 10.70.0.0/16 dev lo']],
      [6, ['route add local 2001:db8:3::/48 dev lo']],
    ],
    { '10.70.0.1': '10.70.0.1', '2001:db8:3::1': '2001:db8:2::1' },
  ],
];

describe('the source of a packet', () => {
  it.each(STORIES)('%s', async (_story, steps, sources) => {
    await using lab = await LookupLab.create();
    await lab.host.sysctl('net.ipv4.conf.all.promote_secondaries', 1);
    for (const [family, commands] of steps) {
      await lab.ip(commands, family);
      for (const destination of [...EVERYWHERE[4], ...EVERYWHERE[6]]) lab.agreed(destination);
    }
    for (const [destination, source] of Object.entries(sources)) {
      expect(lab.agreed(destination)).toMatchObject({ source, certain: true });
    }
  });

  it('borrowed from one of several links is a guess', async () => {
    await using lab = await LookupLab.create();
    await lab.ip([
      'addr add 10.5.0.1/24 dev up0',
      'link add dev t0 type veth peer name t1',
      'link set t0 up',
    ]);
    await lab.ip('route add 10.7.0.0/16 dev t0');
    expect(lab.monitor.lookup('10.7.0.1')).toMatchObject({ routable: true, link: 't0', certain: false });
    await lab.ip(['addr flush dev up1', 'addr add 10.6.0.1/24 dev t0']);
    expect(lab.agreed('10.7.0.1')).toMatchObject({ source: '10.6.0.1', certain: true });
  });
});
