import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Guard } from '../fixtures/guard.js';
import { type HeldPort, Holder } from '../fixtures/holder.js';
import { bestDefaultRemoved, fiveLosses, linkDown, twoLinkLab, waitFor } from '../lab/index.js';

// The connections of another process, which nobody announces, through losses of the network. The process stands for Chromium's
// network service; test/e2e has that.

const fdsOf = (held: readonly HeldPort[]): number[] => held.map(({ fd }) => fd);

/** Waits until something has come of all of them. */
function ends(holder: Holder, held: readonly HeldPort[]): Promise<readonly string[]> {
  return waitFor(
    async () => {
      const heard = await holder.heard(fdsOf(held));
      return heard.includes('EAGAIN') ? null : heard;
    },
    { what: 'the connections to end' },
  );
}

describe.each(['v4', 'v6'] as const)('over IP%s', (version) => {
  it.each(Object.values(fiveLosses))(
    'all connections end when $what, those opened since the last inventory too; others work on',
    async ({ lose, reason }) => {
      await using net = await twoLinkLab();
      const far = await net.server.tcpEcho();
      const near = await net.router.tcpEcho();
      const host = net.addresses.server[version];
      const holder = await Holder.start(net.client, { host, port: far.port });
      // To the Wi-Fi's own router: none of the losses is on its way.
      const neighbour = await Holder.start(net.client, {
        host: net.addresses.wifiGateway[version],
        port: near.port,
      });
      const early = await holder.open(2);
      const healthy = [...(await neighbour.open(2))];
      const guard = await Guard.start(net.client, { pids: [holder.pid, neighbour.pid] });
      const late = await holder.open(2);
      healthy.push(...(await neighbour.open(2)));
      await lose(net);
      const lost = [...early, ...late];
      expect(await ends(holder, lost)).toEqual(lost.map(() => 'ECONNRESET'));
      for (const { port } of lost) {
        expect(guard.story(port)).toEqual([
          expect.stringMatching(/^suspect /),
          expect.stringMatching(/^invalidated /),
        ]);
        expect(guard.story(port).at(-1)).toMatch(new RegExp(reason));
      }
      for (const { fd, port } of healthy) {
        expect(await neighbour.ask(fd)).toBe('alive');
        expect(guard.story(port)).toEqual([]);
      }
      // What was ended is not taken for new again; what is there still, is.
      await guard.tell('inventory');
      const { connections } = await guard.tell('inventory');
      expect(new Set(connections.map(({ port }) => port))).toEqual(new Set(healthy.map(({ port }) => port)));
      expect(guard.story()).toHaveLength(2 * lost.length);
    },
  );
});

describe('between two inventories', () => {
  it('connections come and go unnoticed, and the next one has those that are there', async () => {
    await using net = await twoLinkLab();
    const { port } = await net.server.tcpEcho();
    const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
    const [first] = await holder.open(1);
    const guard = await Guard.start(net.client, { pids: [holder.pid] });
    await holder.close([first?.fd ?? -1]);
    const [second] = await holder.open(1);
    expect((await guard.tell('list')).connections.map((connection) => connection.port)).toEqual([
      first?.port,
    ]);
    expect(await guard.tell('inventory')).toMatchObject({
      access: { healing: 'precise', reason: null },
      connections: [{ port: second?.port, owner: 'chromium', state: 'routable' }],
    });
    expect(guard.story(first?.port)).toEqual(['untracked']);
  });

  it('a connection opened after the loss, by the way that is left, is not taken for one from before', async () => {
    await using net = await twoLinkLab();
    const { port } = await net.server.tcpEcho();
    const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
    const guard = await Guard.start(net.client, { pids: [holder.pid] });
    const [before] = await holder.open(1);
    // So that it learns of all this at once, when both connections are there.
    process.kill(guard.process.pid, 'SIGSTOP');
    await bestDefaultRemoved(net.client);
    const [after] = await holder.open(1);
    process.kill(guard.process.pid, 'SIGCONT');
    expect(await ends(holder, before ? [before] : [])).toEqual(['ECONNRESET']);
    expect(await holder.ask(after?.fd ?? -1)).toBe('alive');
    expect(guard.story(after?.port)).toEqual([]);
  });

  it('where the gateway of the same link is another one, old and new look alike: only the silent one is closed', async () => {
    await using net = await twoLinkLab();
    const { port } = await net.server.tcpEcho();
    await net.router.ip('addr add 198.51.100.253/24 dev eth0');
    const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
    const guard = await Guard.start(net.client, { pids: [holder.pid] });
    const [old] = await holder.open(1);
    process.kill(guard.process.pid, 'SIGSTOP');
    await net.client.ip([
      'route del default via 198.51.100.254 dev eth0 metric 100',
      'route add default via 198.51.100.253 dev eth0 metric 100',
    ]);
    const [young] = await holder.open(1);
    process.kill(guard.process.pid, 'SIGCONT');
    await guard.tell('inventory');
    expect(await holder.ask(young?.fd ?? -1)).toBe('alive');
    // The new gateway knows nothing of the old connection, as a NAT would not.
    await net.router.ip(`rule add ipproto tcp sport ${old?.port} blackhole priority 10`, { family: 4 });
    expect(await holder.ask(old?.fd ?? -1)).toBe('silent');
    await waitFor(() => guard.story(old?.port).at(-1) === 'invalidated stalled', {
      what: 'the old one to be ended',
      timeoutMs: 15_000,
    });
    expect(await holder.heard([old?.fd ?? -1])).toEqual(['ECONNRESET']);
    expect(await holder.ask(young?.fd ?? -1)).toBe('alive');
    expect(guard.story(young?.port)).toEqual([]);
  });
});

it('what was opened after a first inventory that the kernel’s news had overtaken ends like all else', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
  let isReady = false;
  const ready = Guard.start(net.client, { pids: [holder.pid], isBehind: true }).finally(() => {
    isReady = true;
  });
  // News that concerns no path, so that nothing asks for another inventory.
  const news = Array.from(
    { length: 1000 },
    (_, count) => `neigh replace 198.51.100.77 lladdr 02:00:00:00:00:${10 + (count % 80)} dev eth0`,
  );
  while (!isReady) await net.client.ip(news);
  await using guard = await ready;
  const held = await holder.open(2);
  await bestDefaultRemoved(net.client);
  expect(await ends(holder, held)).toEqual(held.map(() => 'ECONNRESET'));
  for (const each of held) expect(guard.story(each.port).at(-1)).toMatch(/^invalidated /);
});

it('a connection that is still connecting ends with its link', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
  const guard = await Guard.start(net.client, { pids: [holder.pid] });
  // Nobody there answers, and no router says so.
  const held = await holder.connect('198.51.100.77');
  await linkDown(net.ethernet.a);
  await waitFor(() => guard.story(held.port).at(-1)?.startsWith('invalidated'), { what: 'it to be ended' });
  expect(await holder.heard([held.fd])).toEqual(['ECONNRESET']);
});

it('a blip costs nothing', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
  const guard = await Guard.start(net.client, {
    pids: [holder.pid],
    policy: { 'link-down': { graceMs: 5000 } },
  });
  const held = await holder.open(3);
  const undo = await linkDown(net.ethernet.a);
  await waitFor(() => guard.story().filter((each) => each === 'suspect link-down').length === 3, {
    what: 'all to be suspect',
  });
  await undo();
  await waitFor(() => guard.story().filter((each) => each === 'recovered').length === 3, {
    what: 'all to recover',
  });
  for (const { fd } of held) expect(await holder.ask(fd)).toBe('alive');
});

it('where no descriptors are left, nothing is forgotten, and what is lost ends as soon as there are some', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
  const early = await holder.open(2);
  const guard = await Guard.start(net.client, { pids: [holder.pid] });
  const late = await holder.open(2);
  const { pid } = guard.process;
  const limit = await net.client.exec('prlimit', [
    `--pid=${pid}`,
    '--nofile',
    '--output=SOFT',
    '--noheadings',
  ]);
  await net.client.exec('prlimit', [`--pid=${pid}`, '--nofile=3:']);
  await linkDown(net.ethernet.a);
  for (const { port } of early) {
    await waitFor(() => guard.story(port).includes('invalidated link-down'), { what: 'its invalidation' });
  }
  expect(await guard.tell('inventory')).toMatchObject({ access: { healing: 'precise' } });
  const held = [...early, ...late];
  expect(await holder.heard(fdsOf(held))).toEqual(held.map(() => 'EAGAIN'));
  await net.client.exec('prlimit', [`--pid=${pid}`, `--nofile=${limit.stdout.trim()}:`]);
  expect(await ends(holder, held)).toEqual(held.map(() => 'ECONNRESET'));
  for (const { port } of held)
    expect(guard.story(port)).toEqual(['suspect link-down', 'invalidated link-down']);
});

it('a connected UDP socket, such as QUIC’s, is judged and told of, and left alone; one to a name server is ignored', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
  const tcp = await holder.open(1);
  const quic = await holder.openUdp(443);
  const question = await holder.openUdp(53);
  const guard = await Guard.start(net.client, { pids: [holder.pid] });
  const late = await holder.openUdp(443);
  const { connections } = await guard.tell('list');
  expect(new Set(connections.map((each) => each.port))).toEqual(new Set([tcp[0]?.port, quic.port]));
  const undo = await linkDown(net.ethernet.a);
  // Its grace period is over when that of all is.
  expect(await ends(holder, tcp)).toEqual(['ECONNRESET']);
  expect(await holder.heard(fdsOf([quic, late, question]))).toEqual(['EAGAIN', 'EAGAIN', 'EAGAIN']);
  await undo();
  for (const { port } of [quic, late]) {
    await waitFor(() => guard.story(port).at(-1) === 'recovered', { what: 'its recovery' });
    const [first, ...others] = guard.story(port);
    expect(first).toBe('suspect link-down');
    // The link is back before its address and its default route.
    expect(others.filter((event) => !/^(suspect|rerouted|recovered)/.test(event))).toEqual([]);
  }
  expect(guard.story(question.port)).toEqual([]);
});

it('a process that is started anew is followed, and the old one’s connections are forgotten', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const options = { host: net.addresses.server.v4, port };
  const first = await Holder.start(net.client, options);
  const second = await Holder.start(net.client, options);
  await first.open(2);
  const guard = await Guard.start(net.client, { pids: [first.pid, second.pid] });
  await first.process.stop('SIGKILL');
  const held = await second.open(2);
  expect((await guard.tell('inventory')).connections.map((connection) => connection.port).toSorted()).toEqual(
    held.map((each) => each.port).toSorted(),
  );
  await linkDown(net.ethernet.a);
  expect(await ends(second, held)).toEqual(['ECONNRESET', 'ECONNRESET']);
});

// ROAMKIT_TEST_HEALINGS=10000 takes a minute.
const HEALINGS = Number(process.env['ROAMKIT_TEST_HEALINGS'] ?? 400);
const HEALINGS_A_ROUND = 200;

it('leaves no descriptor behind in either process, however many connections were ended', async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const holder = await Holder.start(net.client, { host: net.addresses.server.v4, port });
  const guard = await Guard.start(net.client, { pids: [holder.pid] });
  const descriptors = (): number[] =>
    [guard.process.pid, holder.pid].map((pid) => readdirSync(`/proc/${pid}/fd`).length);
  const round = async (): Promise<void> => {
    const held = await holder.open(HEALINGS_A_ROUND);
    const { connections } = await guard.tell('inventory');
    expect(connections).toHaveLength(HEALINGS_A_ROUND);
    const undo = await linkDown(net.ethernet.a);
    expect(new Set(await ends(holder, held))).toEqual(new Set(['ECONNRESET']));
    await holder.close(fdsOf(held));
    await undo();
    expect(await guard.tell('inventory')).toMatchObject({ connections: [] });
  };
  await round();
  const before = descriptors();
  for (let healed = 0; healed < HEALINGS; healed += HEALINGS_A_ROUND) await round();
  await waitFor(() => String(descriptors()) === String(before), {
    what: `as many descriptors as before (${before})`,
  });
}, 600_000);
