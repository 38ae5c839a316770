import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { NetworkMonitor } from '../../../main/index.js';
import { fact } from '../../fixtures/kernel-fact.js';
import { agreed, bothAgreed } from '../../fixtures/monitored-lab.js';
import { burst, storm, tinyBuffer } from '../../fixtures/storms.js';
import { carrierLost, waitFor } from '../../lab/index.js';

// docs/kernel.md, "Reading it right" and what was seen since, in its order. Facts 22 and 23 are tried hard in loss-proof/; 28 has a
// file of its own.

fact(
  '22: after an overrun the mirror is as the kernel, and its flows know',
  async (lab) => {
    const { answers } = lab.watchBoth('ethernet');
    const before = lab.monitor.stats.overruns;
    await lab.client.ip([...storm(1500), 'link set eth0 down', ...storm(1500, 11)]);
    await burst(lab.client, lab.monitor);
    await lab.equal();
    expect(answers()).toEqual(bothAgreed('unroutable link-down'));
    expect(lab.monitor.stats.overruns).toBeGreaterThan(before);
  },
  { monitor: tinyBuffer },
);

fact('23: a monitor that starts while routes change is right in the end', async (lab) => {
  await lab.client.ip(
    Array.from({ length: 4000 }, (_, n) => `route add blackhole 10.${n >> 8}.${n & 255}.0/24`),
  );
  const changes = lab.client.ip([...storm(4000, 11), ...storm(4000, 12)]);
  await using late = await NetworkMonitor.start({ netns: lab.client.netns });
  await changes;
  await lab.equal();
  const list = (monitor: NetworkMonitor) => JSON.stringify([...monitor.routes()]);
  await waitFor(() => list(late) === list(lab.monitor), { what: 'both monitors to be equal' });
});

fact('24: a look at one link does not concern the routes of others', async (lab) => {
  await lab.ip(
    'link add d0 type veth peer name d1',
    'link set d0 up',
    'link set d1 up',
    'addr add 10.8.0.1/24 dev d0',
  );
  await lab.client.ip(Array.from({ length: 3000 }, (_, n) => `route add 10.9.${n >> 8}.${n & 255} dev eth0`));
  await lab.equal();
  const removed: string[] = [];
  lab.monitor.on('route', ({ kind, route }) => {
    if (kind === 'remove') removed.push(route.nexthops.map(({ oif }) => oif).join());
  });
  const { audits } = lab.monitor.stats;
  const oif = lab.monitor.state.links.find(({ name }) => name === 'd0')?.ifindex;
  await lab.ip('link set d0 down');
  await waitFor(() => lab.monitor.stats.audits > audits, { what: 'the look' });
  await lab.equal();
  expect(new Set(removed)).toEqual(new Set([String(oif)]));
});

fact('25: only what the kernel says counts', async (lab) => {
  const { flows, answers } = lab.watchBoth('ethernet');
  const links = lab.monitor.state.links.length;
  const { messages } = lab.monitor.stats;
  const script = fileURLToPath(new URL('../../fixtures/programs/forge-netlink.py', import.meta.url));
  const { stdout } = await lab.client.exec('python3', [script, String(await lab.net.ethernet.a.ifindex())]);
  expect(Number(stdout)).toBeGreaterThan(0);
  await lab.equal();
  expect(lab.monitor.state.links).toHaveLength(links);
  expect(lab.monitor.stats.messages).toBeGreaterThan(messages);
  expect(flows.flatMap(({ told }) => told)).toEqual([]);
  expect(answers()).toEqual(bothAgreed('routable'));
});

describe('26', () => {
  fact('26: a question with a source that is on no link has no answer', async (lab) => {
    for (const ask of ['lookup', 'lookupKernel'] as const) {
      expect(lab.monitor[ask]('203.0.113.1', { source: '10.77.0.1' })).toMatchObject({ routable: false });
    }
  });

  fact('26: a source whose link is down is no hindrance', async (lab) => {
    await lab.ip('link set eth0 down');
    for (const ask of ['lookup', 'lookupKernel'] as const) {
      expect(lab.monitor[ask]('203.0.113.1', { source: '198.51.100.1' })).toMatchObject({
        routable: true,
        link: 'wlan0',
      });
      // Its own address, too, can still be reached.
      expect(lab.monitor[ask]('198.51.100.1')).toMatchObject({ routable: true, link: 'lo' });
    }
  });

  fact('26: an answer names the table of its route', async (lab) => {
    await lab.ip(
      'route add 10.9.0.0/16 dev eth0 table 100',
      'rule add pref 100 to 10.9.0.0/16 lookup 100',
      'route add 2001:db8:9::/64 dev eth0 table 100',
    );
    await lab.client.ip('rule add pref 100 to 2001:db8:9::/64 lookup 100', { family: 6 });
    await lab.equal();
    for (const ask of ['lookup', 'lookupKernel'] as const) {
      expect(lab.monitor[ask]('10.9.0.1').table).toBe(100);
      expect(lab.monitor[ask]('2001:db8:9::1').table).toBe(100);
    }
  });
});

describe('27', () => {
  fact('27: each kind of change of each family is heard', async (lab) => {
    const heard = new Set<string>();
    lab.monitor.on('link', ({ kind }) => heard.add(`${kind} link`));
    lab.monitor.on('address', ({ kind, address }) => heard.add(`${kind} address ${address.family}`));
    lab.monitor.on('rule', ({ kind, rule }) => heard.add(`${kind} rule ${rule.family}`));
    lab.monitor.on('route', ({ kind, route }) => {
      if (route.table === 77) heard.add(`${kind} route ${route.family}`);
    });
    const rules = async (verb: 'add' | 'del'): Promise<void> => {
      await lab.client.ip(`rule ${verb} pref 50 lookup 77`, { family: 4 });
      await lab.client.ip(`rule ${verb} pref 50 lookup 77`, { family: 6 });
    };
    await rules('add');
    await lab.ip(
      'link add d0 type veth peer name d1',
      'addr add 10.8.0.1/24 dev eth0',
      'addr add 2001:db8:9::1/64 dev eth0 nodad',
      'route add 10.9.0.0/16 dev eth0 table 77',
      'route add 2001:db8:a::/64 dev eth0 table 77',
    );
    await rules('del');
    await lab.ip(
      'route del 10.9.0.0/16 dev eth0 table 77',
      'route del 2001:db8:a::/64 dev eth0 table 77',
      'addr del 10.8.0.1/24 dev eth0',
      'addr del 2001:db8:9::1/64 dev eth0',
      'link del d0',
    );
    const kinds = ['link', 'address 4', 'address 6', 'rule 4', 'rule 6', 'route 4', 'route 6'];
    expect([...heard]).toEqual(
      expect.arrayContaining(kinds.flatMap((kind) => [`add ${kind}`, `remove ${kind}`])),
    );
  });

  fact('27: what happens in other namespaces is none of ours', async (lab) => {
    let batches = 0;
    lab.monitor.on('batch', () => batches++);
    await lab.net.server.ip([
      'route add 10.9.0.0/16 dev eth0',
      'addr add 10.8.0.1/24 dev eth0',
      'rule add pref 5',
    ]);
    expect(batches).toBe(0);
    await lab.equal();
    expect(lab.monitor.state.addresses.map(({ address }) => address)).not.toContain('10.8.0.1');
  });
});

fact('29: a large table is there, whole, when start() resolves', async (lab) => {
  await lab.client.ip(
    Array.from({ length: 30_000 }, (_, n) => `route add blackhole 10.${n >> 8}.${n & 255}.0/24 table 77`),
  );
  await using monitor = await NetworkMonitor.start({ netns: lab.client.netns });
  expect([...monitor.routes({ table: 77 })].map(({ dst }) => dst)).toEqual(
    Array.from({ length: 30_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`),
  );
});

fact('35: a loss of carrier that the kernel tells late is heard all the same', async (lab) => {
  // Both ends with the same index: the kernel takes such a veth for a plain device.
  await lab.ip(`link add c0 index 77 type veth peer name c1 index 77 netns ${lab.net.router.netnsPid}`);
  await lab.net.router.ip('link set c1 up');
  await lab.ip('link set c0 up', 'addr add 10.8.0.1/24 dev c0', 'addr add 2001:db8:9::1/64 dev c0 nodad');
  const hasCarrier = () => lab.monitor.state.links.find(({ name }) => name === 'c0')?.hasCarrier;
  await waitFor(hasCarrier, { what: 'a carrier' });
  const flows = [
    lab.watch({ local: '10.8.0.1', remote: '10.8.0.9' }),
    lab.watch({ local: '2001:db8:9::1', remote: '2001:db8:9::9' }),
  ];
  await lab.net.router.ip('link set c1 down');
  await waitFor(() => hasCarrier() === false, { what: 'the loss of the carrier' });
  await lab.equal();
  expect(flows.map((flow) => flow.answers())).toEqual(bothAgreed('unroutable carrier-lost'));
  const other = lab.watch(lab.toServer('ethernet', 'v4'));
  const undo = await carrierLost(lab.net.ethernet.a);
  await lab.equal();
  expect(other.answers()).toEqual(agreed('unroutable carrier-lost'));
  await undo();
});

fact(
  '54: whoever sends to a neighbour that did not hear the first question waits for the second one',
  async (lab) => {
    const { router } = lab.net;
    await router.ip('link set eth0 arp off');
    await lab.client.ip('neigh flush dev eth0');
    const sender = await lab.client.spawn('python3', ['-u', '-c', ASK_TWICE, '198.51.100.254']);
    await sender.nextLine((line) => line === 'asked');
    await router.ip('link set eth0 arp on');
    sender.stdin.write('\n');
    const { waitedMs } = JSON.parse(await sender.nextLine((line) => line.startsWith('{')));
    // As the kernel counts, in ticks of up to 10 ms.
    expect(waitedMs).toBeGreaterThan(950);
  },
);

/** Asks for a neighbour, and when told to, connects to it. Prints how long after the question that was answered. */
const ASK_TWICE = `
import json, socket, sys, time
peer = (sys.argv[1], 9)
begun = time.monotonic()
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', peer)
print('asked')
sys.stdin.readline()
try: socket.create_connection(peer)
except ConnectionRefusedError: pass
print(json.dumps({'waitedMs': (time.monotonic() - begun) * 1000}))
`;
