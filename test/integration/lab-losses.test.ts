import { describe, expect, it } from 'vitest';
import {
  addressRefresh,
  addressRemoved,
  aliasChange,
  allDefaultsRemoved,
  bestDefaultRemoved,
  captureStarted,
  carrierLost,
  dockerLikeVeth,
  type HostDump,
  linkDeleted,
  linkDown,
  mtuChange,
  type TwoLinkLab,
  twoLinkLab,
  unrelatedRoute,
} from '../lab/index.js';

/** `4 eth0 100`: family, link and metric of each default route. */
function defaultsIn({ routes }: HostDump): string[] {
  return routes
    .filter(({ dst }) => dst === 'default')
    .map(({ family, dev, metric }) => `${family} ${dev} ${metric}`);
}

const allDefaults = ['4 eth0 100', '4 wlan0 600', '6 eth0 100', '6 wlan0 600'];

/** What an undone loss must bring back; ifindexes and the random link-layer addresses of a new link are not among it. */
function essence({ addresses, routes }: HostDump): unknown {
  return {
    addresses: addresses
      .filter(({ scope }) => scope === 'global')
      .map(({ ifname, local, prefixlen }) => `${ifname} ${local}/${prefixlen}`)
      .sort(),
    routes: routes
      .filter(({ dst, type }) => type === 'unicast' && !dst.startsWith('fe80'))
      .map(
        ({ family, dst, dev, gateway, metric, flags }) =>
          `${family} ${dst} ${dev} ${gateway} ${metric} ${flags}`,
      )
      .sort(),
  };
}

describe('losses', () => {
  /** Does a loss in a fresh lab, looks at the client, undoes it, and checks that all is as before. */
  async function lossAndUndo(
    lose: (net: TwoLinkLab) => Promise<() => Promise<void>>,
    look: (dump: HostDump) => void,
  ): Promise<void> {
    await using net = await twoLinkLab();
    const { client, server, addresses } = net;
    const [{ port }, before] = await Promise.all([server.tcpEcho(), client.dump()]);
    const undo = await lose(net);
    look(await client.dump());
    await undo();
    expect(essence(await client.dump())).toEqual(essence(before));
    const both = [addresses.server.v4, addresses.server.v6].map((address) => client.reach(address, port));
    expect(await Promise.all(both)).toEqual([addresses.ethernet.v4, addresses.ethernet.v6]);
  }

  const link = (dump: HostDump, name: string) => dump.links.find(({ ifname }) => ifname === name);

  it('linkDown takes the link down and with it its routes', async () => {
    await lossAndUndo(
      ({ ethernet }) => linkDown(ethernet.a),
      (dump) => {
        expect(link(dump, 'eth0')?.flags).not.toContain('UP');
        expect(defaultsIn(dump)).toEqual(['4 wlan0 600', '6 wlan0 600']);
      },
    );
  });

  it('carrierLost leaves the link up, its routes marked', async () => {
    await lossAndUndo(
      ({ ethernet }) => carrierLost(ethernet.a),
      (dump) => {
        expect(link(dump, 'eth0')?.flags).toEqual(expect.arrayContaining(['UP', 'NO-CARRIER']));
        expect(defaultsIn(dump).sort()).toEqual(allDefaults);
        const marked = dump.routes.filter(
          ({ dst, flags }) => dst === 'default' && flags.includes('linkdown'),
        );
        expect(marked.map(({ dev }) => dev)).toEqual(['eth0', 'eth0']);
      },
    );
  });

  it('addressRemoved removes the addresses of both families, or of one', async () => {
    const onEthernet = ({ addresses }: HostDump) =>
      addresses
        .filter(({ ifname, scope }) => ifname === 'eth0' && scope === 'global')
        .map(({ local }) => local);
    await lossAndUndo(
      ({ ethernet }) => addressRemoved(ethernet.a),
      (dump) => {
        expect(onEthernet(dump)).toEqual([]);
        expect(link(dump, 'eth0')?.flags).toContain('UP');
      },
    );
    await lossAndUndo(
      ({ ethernet }) => addressRemoved(ethernet.a, { family: 4 }),
      (dump) => expect(onEthernet(dump)).toEqual(['2001:db8:2::1']),
    );
  });

  it('linkDeleted deletes the link at both ends', async () => {
    await lossAndUndo(
      async (net) => {
        const undo = await linkDeleted(net.ethernet);
        expect(link(await net.router.dump(), 'eth0')).toBeUndefined();
        return undo;
      },
      (dump) => {
        expect(link(dump, 'eth0')).toBeUndefined();
        expect(defaultsIn(dump)).toEqual(['4 wlan0 600', '6 wlan0 600']);
      },
    );
  });

  it('bestDefaultRemoved removes the default of the lowest metric, of each family or one', async () => {
    await lossAndUndo(
      ({ client }) => bestDefaultRemoved(client),
      (dump) => expect(defaultsIn(dump)).toEqual(['4 wlan0 600', '6 wlan0 600']),
    );
    await lossAndUndo(
      ({ client }) => bestDefaultRemoved(client, { family: 6 }),
      (dump) => expect(defaultsIn(dump)).toEqual(['4 eth0 100', '4 wlan0 600', '6 wlan0 600']),
    );
  });

  it('allDefaultsRemoved removes all defaults', async () => {
    await lossAndUndo(
      ({ client }) => allDefaultsRemoved(client),
      (dump) => expect(defaultsIn(dump)).toEqual([]),
    );
  });
});

describe('noises', () => {
  it('leave the essence as it was, during and after', async () => {
    await using net = await twoLinkLab();
    const { client, ethernet } = net;
    const before = await client.dump();
    const field = async (name: string): Promise<unknown> => (await ethernet.a.state())[name];

    const undoMtu = await mtuChange(ethernet.a);
    expect(await field('mtu')).toBe(1400);
    const undoAlias = await aliasChange(ethernet.a, 'office');
    expect(await field('ifalias')).toBe('office');
    const undoCapture = await captureStarted(ethernet.a);
    expect(await field('promiscuity')).toBe(1);
    const undoRefresh = await addressRefresh(ethernet.a, { seconds: 1000 });
    const { addr_info: refreshed } = await ethernet.a.state();
    const lifetimes = refreshed
      .filter(({ scope }) => scope === 'global')
      .map((row) => Number(row['preferred_life_time']));
    expect(lifetimes.every((seconds) => seconds > 900 && seconds <= 1000)).toBe(true);
    await dockerLikeVeth(client);

    expect(essence(await client.dump())).toEqual(essence(before));
    for (const undo of [undoMtu, undoAlias, undoCapture, undoRefresh]) await undo();
    expect(await client.dump()).toEqual(before);
  });

  it('unrelatedRoute adds a route and takes it back', async () => {
    await using net = await twoLinkLab();
    const undo = await unrelatedRoute(net.ethernet.a);
    expect((await net.client.dump()).routes.map(({ dst }) => dst)).toContain('198.18.0.0/15');
    expect(defaultsIn(await net.client.dump()).sort()).toEqual(allDefaults);
    await undo();
    expect((await net.client.dump()).routes.map(({ dst }) => dst)).not.toContain('198.18.0.0/15');
  });
});
