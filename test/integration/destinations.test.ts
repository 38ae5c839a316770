import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sortAddresses } from '../../main/index.js';
import { LookupLab } from '../fixtures/lookup-lab.js';
import { startProgram } from '../fixtures/program.js';
import { addressRemoved, bestDefaultRemoved, twoLinkLab, waitFor } from '../lab/index.js';

const V4 = '203.0.113.1';
const V6 = '2001:db8:ffff::1';

describe('the order of destinations', () => {
  let lab: LookupLab;
  beforeEach(async () => {
    lab = await LookupLab.create();
  });
  afterEach(() => lab[Symbol.asyncDispose]());

  const sorted = (...addresses: string[]): string[] => sortAddresses(addresses, lab.monitor);

  /** What glibc makes of the same addresses in the same namespace: it connects a UDP socket to each, and applies the rules. */
  async function byGlibc(...addresses: string[]): Promise<string[]> {
    const hosts = path.join(tmpdir(), `roamkit-hosts-${process.pid}`);
    writeFileSync(hosts, addresses.map((address) => `${address} server.example\n`).join(''));
    try {
      const script = `mount --bind '${hosts}' /etc/hosts && exec getent ahosts server.example`;
      const { stdout } = await lab.host.exec('unshare', ['--mount', 'sh', '-c', script]);
      return [
        ...new Set(
          stdout
            .trim()
            .split('\n')
            .map((line) => line.split(/\s/)[0] ?? ''),
        ),
      ];
    } finally {
      rmSync(hosts);
    }
  }

  it('prefers IPv6 where both families are routable, as glibc does', async () => {
    expect(sorted(V4, V6)).toEqual([V6, V4]);
    expect(await byGlibc(V4, V6)).toEqual([V6, V4]);
  });

  it('leaves out a family that is not routable, and glibc puts it last', async () => {
    await lab.ip('route del default', 6);
    expect(sorted(V6, V4)).toEqual([V4]);
    expect(await byGlibc(V6, V4)).toEqual([V4, V6]);
  });

  it('leaves out what is unreachable, prohibited or blackholed', async () => {
    await lab.ip([
      'route add unreachable 203.0.113.2',
      'route add blackhole 203.0.113.3',
      'route add prohibit 203.0.113.4',
    ]);
    expect(sorted('203.0.113.2', '203.0.113.3', '203.0.113.4', V4)).toEqual([V4]);
  });

  it('gives nothing where nothing is routable', async () => {
    await lab.ip('route del default', 4);
    expect(sorted(V4)).toEqual([]);
  });

  it('puts IPv4 before an IPv6 source that is deprecated, as glibc does', async () => {
    await lab.ip('addr change 2001:db8:1::1/64 dev up0 preferred_lft 0', 6);
    await lab.ip('addr change 2001:db8:2::1/64 dev up1 preferred_lft 0', 6);
    expect(sorted(V6, V4)).toEqual([V4, V6]);
    expect(await byGlibc(V6, V4)).toEqual([V4, V6]);
  });

  it('puts IPv4 before IPv6 that has but unique local sources, and unique local with those first, as glibc does', async () => {
    await lab.ip([
      'addr del 2001:db8:1::1/64 dev up0',
      'addr del 2001:db8:2::1/64 dev up1',
      'addr add fd00:1::1/64 dev up0',
    ]);
    // The default route went with the addresses or not, as the kernel likes; a new one does no harm.
    await lab.ip('route replace default via fd00:1::fe dev up0', 6);
    expect(sorted(V6, V4)).toEqual([V4, V6]);
    expect(await byGlibc(V6, V4)).toEqual([V4, V6]);
    // Source and destination match by label, and there is no other destination of the kind.
    expect(sorted(V6, 'fd00:2::1')).toEqual(['fd00:2::1', V6]);
    expect(await byGlibc(V6, 'fd00:2::1')).toEqual(['fd00:2::1', V6]);
  });

  it('matches 6to4 with 6to4 by label, as glibc does', async () => {
    await lab.ip([
      'addr del 2001:db8:1::1/64 dev up0',
      'addr del 2001:db8:2::1/64 dev up1',
      'addr add 2002:c000:201::1/64 dev up0',
    ]);
    await lab.ip('route replace default via 2002:c000:201::fe dev up0', 6);
    expect(sorted(V6, '2002:c633:6401::1')).toEqual(['2002:c633:6401::1', V6]);
    expect(await byGlibc(V6, '2002:c633:6401::1')).toEqual(['2002:c633:6401::1', V6]);
  });

  it('prefers the longest matching prefix, as glibc does', async () => {
    const near = '2001:db8:1:8000::1';
    expect(sorted(V6, near)).toEqual([near, V6]);
    expect(await byGlibc(V6, near)).toEqual([near, V6]);
  });

  it('prefers IPv4 on the own subnet, and leaves the turns of DNS alone beyond it, as glibc does', async () => {
    const turns = ['203.0.113.9', '198.18.0.1', '203.0.113.1', '192.0.2.9'];
    const expected = ['192.0.2.9', '203.0.113.9', '198.18.0.1', '203.0.113.1'];
    expect(sorted(...turns)).toEqual(expected);
    expect(await byGlibc(...turns)).toEqual(expected);
  });

  it('judges IPv4-mapped IPv6 as the IPv4 that it is', async () => {
    expect(sorted(`::ffff:${V4}`, V6)).toEqual([V6, `::ffff:${V4}`]);
    await lab.ip('route del default', 4);
    expect(sorted(`::ffff:${V4}`, V6)).toEqual([V6]);
  });

  it('takes link-local by its scope first: it is nearer', async () => {
    expect(sorted(V6, 'fe80::2%up1')).toEqual(['fe80::2%up1', V6]);
    await lab.ip('link set up1 down');
    expect(sorted(V6, 'fe80::2%up1')).toEqual([V6]);
  });

  it('leaves out link-local whose link is gone, and still names an option that cannot be meant', () => {
    expect(sorted(V6, 'fe80::2%gone')).toEqual([V6]);
    expect(() => sortAddresses(['fe80::2%gone'], lab.monitor, { mark: -1 })).toThrow(/mark/);
  });

  it('counts with a temporary source address as the kernel does', async () => {
    await lab.host.exec('sysctl', ['-qw', 'net.ipv6.conf.up0.use_tempaddr=2']);
    await lab.ip('addr add 2001:db8:7::1/64 dev up0 mngtmpaddr', 6);
    await waitFor(
      () =>
        lab.monitor.state.addresses.some(
          ({ address, isSecondary }) => address.startsWith('2001:db8:7:') && isSecondary,
        ),
      { what: 'the temporary address' },
    );
    const { source } = lab.agreed('2001:db8:7::9');
    expect(source).not.toBe('2001:db8:7::1');
    expect(sorted(V6, '2001:db8:7::9')).toEqual(['2001:db8:7::9', V6]);
    expect(await byGlibc(V6, '2001:db8:7::9')).toEqual(['2001:db8:7::9', V6]);
  });
});

describe('a client that goes by routedLookup', () => {
  async function reached(lose: (net: Awaited<ReturnType<typeof twoLinkLab>>) => Promise<unknown>) {
    await using net = await twoLinkLab();
    const server = await net.server.http();
    await lose(net);
    const { v4, v6 } = net.addresses.server;
    const client = await startProgram(net.client, 'routed-client', {
      addresses: [v4, v6],
      port: server.port,
    });
    await client.exit;
    expect(client.stderr).toBe('');
    return client.lines.map((line) => JSON.parse(line) as { by: string; outcome: string });
  }
  const all = (outcome: string) => ['net true', 'net false', 'http'].map((by) => ({ by, outcome }));

  it('connects by IPv6 where it can', async () => {
    expect(await reached(async () => {})).toEqual(all('2001:db8:3::1'));
  });

  it('connects by IPv4 where IPv6 has no route', async () => {
    const outcome = reached(async (net) => {
      for (const link of [net.wifi, net.ethernet]) await addressRemoved(link.a, { family: 6 });
      await net.client.ip('route flush default', { family: 6 });
    });
    expect(await outcome).toEqual(all('203.0.113.1'));
  });

  it('is refused at once where nothing has a route', async () => {
    const outcome = reached(async (net) => {
      await bestDefaultRemoved(net.client);
      await bestDefaultRemoved(net.client);
    });
    expect(await outcome).toEqual(all('ENETUNREACH'));
  });
});
