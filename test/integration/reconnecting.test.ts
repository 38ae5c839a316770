import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Keeper, type KeeperOptions } from '../fixtures/keeper.js';
import {
  addressRemoved,
  allDefaultsRemoved,
  bestDefaultRemoved,
  type LabServer,
  linkDeleted,
  linkDown,
  type TwoLinkLab,
  twoLinkLab,
  type Undo,
  waitFor,
} from '../lab/index.js';

// Real sockets of a real process in the lab's client (fixtures/programs/keeper.ts). Ethernet carries the traffic.

let net: TwoLinkLab;
let echo: LabServer;
let keeper: Keeper | undefined;
beforeEach(async () => {
  net = await twoLinkLab();
  echo = await net.server.tcpEcho();
});
afterEach(async () => {
  await keeper?.[Symbol.asyncDispose]();
  keeper = undefined;
  await net.close();
});

async function keep(options: Partial<KeeperOptions> = {}): Promise<Keeper> {
  keeper = await Keeper.start(net.client, { host: net.addresses.server.v4, port: echo.port, ...options });
  return keeper;
}

/** A keeper that has its connection. */
async function connected(options: Partial<KeeperOptions> = {}): Promise<Keeper> {
  const kept = await keep(options);
  await kept.next('connected');
  return kept;
}

describe.each<[string, () => Promise<Undo>]>([
  ['the link goes down', () => linkDown(net.ethernet.a)],
  ['its address is removed', () => addressRemoved(net.ethernet.a)],
  ['the link is deleted', () => linkDeleted(net.ethernet)],
  ['the best default route is removed', () => bestDefaultRemoved(net.client)],
])('when %s', (_loss, lose) => {
  it('the connection is back over the other link, by one attempt', async () => {
    const kept = await connected();
    await lose();
    const { local } = await kept.next('connected');
    expect(local).toBe(net.addresses.wifi.v4);
    expect(kept.reports('attempt')).toHaveLength(2);
    // Made before the old one was invalidated or after: in either case nothing is left of that.
    await kept.counted(({ open, flows }) => open === 1 && flows === 1, 'the old connection to be gone');
  });
});

it('when all default routes go, nothing is tried until one is back, and then it is at once', async () => {
  const kept = await connected({ retry: { delaysMs: [10], jitterPercent: 0 } });
  const undo = await allDefaultsRemoved(net.client);
  await kept.next('lost');
  await waitFor(() => kept.reports('signal').some(({ urgency }) => urgency === 'wait'), {
    what: 'the signal',
  });
  // Noise while there is no path, with a retry policy that would knock every 10 ms.
  for (let mtu = 1400; mtu < 1420; mtu++) await net.client.ip(`link set wlan0 mtu ${mtu}`);
  expect(kept.reports('attempt')).toHaveLength(1);
  await undo();
  await kept.next('connected');
  const [, attempt] = kept.reports('attempt');
  // 20 ms is what it may take on a machine that has nothing else to do; a timer's tick or a retry would show.
  expect(attempt?.sinceNewsMs).toBeLessThan(500);
});

it('without any link from the start, waits, and connects once one comes', async () => {
  await linkDown(net.ethernet.a);
  const undo = await linkDown(net.wifi.a);
  const kept = await keep();
  await kept.untilState('waiting');
  await undo();
  await kept.next('connected');
  // One for each family's default route at most: the second finds the first under way, and has it made anew.
  expect(kept.reports('attempt').length).toBeLessThanOrEqual(2);
});

it('a better link beside the one in use: the new connection first, then the old one dropped, no line lost', async () => {
  const undo = await linkDown(net.ethernet.a);
  const kept = await connected();
  await waitFor(() => kept.reports('connected').length === 1, { what: 'the first connection' });
  await undo();
  expect(await kept.next('connected')).toMatchObject({ local: net.addresses.ethernet.v4 });
  const counted = await kept.counted(
    ({ sent, echoed, open }) => open === 1 && sent === echoed,
    'all lines to be back, and the old connection to be closed',
  );
  expect(counted.sent).toBeGreaterThan(0);
  expect(kept.reports('lost')).toEqual([]);
  expect(kept.reports('closed')).toEqual([{ is: 'closed', why: 'replaced' }]);
  expect(kept.reports('state').map(({ state }) => state)).toEqual(['waiting', 'connecting', 'connected']);
});

it('a route that is deleted and put back, as by network managers, costs nothing', async () => {
  const kept = await connected();
  const route = `default via ${net.addresses.ethernetGateway.v4} dev eth0 metric 100`;
  await net.client.ip([`route del ${route}`, `route add ${route}`]);
  const { echoed } = await kept.counted(({ sent, echoed }) => sent === echoed, 'all lines to be back');
  expect(echoed).toBeGreaterThan(0);
  expect(kept.reports('lost')).toEqual([]);
  expect(kept.reports('attempt')).toHaveLength(1);
});

describe('a peer on the local network', () => {
  it('is connected to without any default route, and kept whatever becomes of those', async () => {
    const undo = await allDefaultsRemoved(net.client);
    const peer = await net.router.tcpEcho();
    const host = net.addresses.ethernetGateway.v4;
    const kept = await connected({ host, port: peer.port, destination: host });
    await undo();
    await (await linkDown(net.wifi.a))();
    const { echoed } = await kept.counted(({ sent, echoed }) => sent === echoed, 'all lines to be back');
    expect(echoed).toBeGreaterThan(0);
    expect(kept.reports('attempt')).toHaveLength(1);
    expect(kept.reports('signal')).toEqual([]);
  });

  it('is waited for while its own way is gone, although there is a default route', async () => {
    const host = '10.9.9.9';
    await net.server.ip(`addr add ${host}/32 dev eth0`);
    await net.router.ip(`route add ${host}/32 via ${net.addresses.server.v4}`);
    await net.client.ip(`route add unreachable ${host}/32`);
    const kept = await keep({ host, destination: host });
    await kept.untilState('waiting');
    await net.client.ip(`route del unreachable ${host}/32`);
    await kept.next('connected');
    expect(kept.reports('attempt')).toHaveLength(1);
  });
});

it('an attempt that is under way when its path goes is given up, and made anew over the path there is', async () => {
  // Nothing gets through behind Ethernet's gateway: the attempt would take minutes.
  await net.router.ip('rule add iif eth0 blackhole');
  const kept = await keep();
  await kept.next('attempt');
  await bestDefaultRemoved(net.client);
  expect(await kept.next('connected')).toMatchObject({ local: net.addresses.wifi.v4 });
});

it('ends with all it has', async () => {
  const kept = await connected();
  kept.tell('close');
  await kept.untilState('idle');
  await kept.counted(({ open, flows }) => open === 0 && flows === 0, 'all to be closed');
});
