import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { HoldReport } from '../../main/cli/hold/held-connection.js';
import { monotonicNow } from '../../main/monitor/monotonic-time.js';
import { assertBuilt, nextEvent, parseLines, runCli, startCli } from '../fixtures/cli.js';
import {
  addressRefresh,
  addressRemoved,
  aliasChange,
  allDefaultsRemoved,
  bestDefaultRemoved,
  carrierLost,
  dockerLikeVeth,
  type LabServer,
  linkDeleted,
  linkDown,
  mtuChange,
  type TwoLinkLab,
  twoLinkLab,
  type Undo,
  unrelatedRoute,
  waitFor,
} from '../lab/index.js';

type HoldLine = HoldReport & { readonly t: number };

/** A file for `--policy`, for as long as the test runs. */
async function policyFile(policy: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'roamkit-policy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'policy.json');
  await writeFile(file, JSON.stringify(policy));
  return file;
}

let net: TwoLinkLab;

beforeAll(assertBuilt);
beforeEach(async () => {
  net = await twoLinkLab();
});
afterEach(async () => {
  await net.close();
});

describe('roamkit hold', () => {
  let echo: LabServer;
  beforeEach(async () => {
    echo = await net.server.tcpEcho();
  });

  const target = (family: 4 | 6): string =>
    family === 4 ? `${net.addresses.server.v4}:${echo.port}` : `[${net.addresses.server.v6}]:${echo.port}`;

  const LOSSES: [name: string, lose: () => Promise<Undo>, reason: string][] = [
    ['link down', () => linkDown(net.ethernet.a), 'link-down'],
    ['address removed', () => addressRemoved(net.ethernet.a), 'source-removed'],
    ['link deleted', () => linkDeleted(net.ethernet), 'link-down'],
    ['best default route removed', () => bestDefaultRemoved(net.client), 'gateway-removed'],
    ['all default routes removed', () => allDefaultsRemoved(net.client), 'no-route'],
  ];
  const CASES = LOSSES.flatMap((loss) => ([4, 6] as const).map((family) => [...loss, family] as const));

  it.each(CASES)('tells of %s', async (_name, lose, reason, family) => {
    const held = await startCli(net.client, 'hold', '--json', '--grace', '0', target(family));
    const connected = await nextEvent<HoldLine>(held, 'connected');
    const source = family === 4 ? net.addresses.ethernet.v4 : net.addresses.ethernet.v6;
    expect(Object.keys(connected)).toEqual('t event connection local remote reason path'.split(' '));
    expect(connected).toMatchObject({
      connection: 1,
      remote: target(family),
      reason: null,
      path: { link: 'eth0', source },
    });
    expect(connected.local).toContain(source);
    const before = monotonicNow();
    const undo = await lose();
    const invalidated = await nextEvent<HoldLine>(held, 'invalidated');
    const { local, remote, path } = connected;
    expect(invalidated).toMatchObject({ connection: 1, local, remote, reason, path });
    expect(invalidated.received).toBeGreaterThan(before);
    expect(invalidated.t).toBeGreaterThan(invalidated.received ?? Number.NaN);
    if (reason === 'no-route') await undo();
    const reconnect = await nextEvent<HoldLine>(held, 'reconnect');
    // An IPv6 default route outlives its link's addresses: the kernel takes it with another link's.
    const isKept = reason === 'no-route' || (reason === 'source-removed' && family === 6);
    const link = isKept ? 'eth0' : 'wlan0';
    expect(reconnect).toMatchObject({ connection: 1, local: null, remote, reason, path: { link } });
    expect(await nextEvent(held, 'connected')).toMatchObject({ connection: 1, remote, path: { link } });
    expect(parseLines<HoldLine>(held.lines.join('\n')).map(({ event }) => event)).toEqual([
      'connected',
      'suspect',
      'invalidated',
      'reconnect',
      'connected',
    ]);
    expect(await held.stop()).toEqual({ code: 0, signal: null });
  });

  it('says nothing about noise', async () => {
    const held = await startCli(net.client, 'hold', '--json', '--grace', '0', target(4), target(6));
    await nextEvent(held, 'connected');
    await nextEvent(held, 'connected');
    await (await unrelatedRoute(net.ethernet.a))();
    await dockerLikeVeth(net.client);
    await (await mtuChange(net.ethernet.a))();
    await (await addressRefresh(net.ethernet.a))();
    await (await aliasChange(net.ethernet.a))();
    // What comes next is told, so all before it was seen.
    await linkDown(net.ethernet.a);
    expect(JSON.parse(await held.nextLine())).toMatchObject({ event: 'suspect', reason: 'link-down' });
  });

  it('closes nothing when the default route or the address is back within the grace period', async () => {
    const held = await startCli(net.client, 'hold', '--json', '--grace', '1500', target(4));
    await nextEvent(held, 'connected');
    const undo = await bestDefaultRemoved(net.client, { family: 4 });
    await undo();
    await nextEvent(held, 'recovered');
    await net.client.ip([
      'addr del 198.51.100.1/24 dev eth0',
      'addr add 198.51.100.1/24 dev eth0',
      'route replace default via 198.51.100.254 dev eth0 metric 100',
    ]);
    // Longer than the grace period: what was to be closed would be by now.
    const quiet = monotonicNow() + 1600;
    await waitFor(() => monotonicNow() > quiet, { what: 'the grace period to be over' });
    const events = parseLines<HoldLine>(held.lines.join('\n')).map(({ event }) => event);
    expect(events.filter((event) => event !== 'suspect' && event !== 'recovered')).toEqual(['connected']);
    expect(events.at(-1)).not.toBe('suspect');
  });

  it('takes a policy from a file', async () => {
    const file = await policyFile({ 'carrier-lost': { graceMs: 0 }, 'link-down': { action: 'ignore' } });
    const held = await startCli(net.client, 'hold', '--json', '--policy', file, target(4));
    await nextEvent(held, 'connected');
    await carrierLost(net.ethernet.a);
    expect(await nextEvent(held, 'invalidated')).toMatchObject({ reason: 'carrier-lost' });
  });

  it('takes rules from a policy file', async () => {
    const rule = {
      hosts: [net.addresses.server.v4],
      policy: { 'carrier-lost': { action: 'invalidate', graceMs: 0 } },
    };
    const file = await policyFile({ 'carrier-lost': { action: 'ignore' }, rules: [rule] });
    const closed = await startCli(net.client, 'hold', '--json', '--policy', file, target(4));
    await nextEvent(closed, 'connected');
    await carrierLost(net.ethernet.a);
    expect(await nextEvent(closed, 'invalidated')).toMatchObject({ reason: 'carrier-lost' });
  });

  it('refuses a policy file that it cannot use, naming file and field', async () => {
    const file = await policyFile({ 'carrier-lost': { graceMs: -1 } });
    const { code, stderr } = await runCli(net.client, 'hold', '--policy', file, target(4));
    expect(code).toBe(2);
    expect(stderr.split('\n')[0]).toMatch(
      /^roamkit hold: --policy '.*': policy\.carrier-lost\.graceMs: must be /,
    );
  });

  it('tells why a connection cannot be made, and tries again', async () => {
    const { v4 } = net.addresses.server;
    const { port } = echo;
    await echo.close();
    const held = await startCli(net.client, 'hold', '--json', `${v4}:${port}`);
    const refused = { connection: 1, remote: `${v4}:${port}`, local: null, reason: 'ECONNREFUSED' };
    expect(await nextEvent(held, 'closed')).toMatchObject(refused);
    expect(await nextEvent(held, 'reconnect')).toMatchObject(refused);
    await net.server.tcpEcho({ port });
    expect(await nextEvent(held, 'connected')).toMatchObject({ connection: 1, reason: null });
  });

  it('gives up a pending attempt whose path is gone, and takes the new one', async () => {
    // Nobody has this address: SYNs go unanswered for the seconds that the router's ARP takes.
    const held = await startCli(net.client, 'hold', '--json', '203.0.113.77:9');
    const syn = async (): Promise<boolean> => {
      const { stdout } = await net.client.exec('cat', ['/proc/net/tcp']);
      return / 02 /.test(stdout);
    };
    await waitFor(syn, { what: 'a SYN to be out' });
    await linkDown(net.ethernet.a);
    expect(await nextEvent(held, 'closed')).toMatchObject({
      reason: 'egress-changed',
      path: { link: 'eth0' },
    });
    expect(await nextEvent(held, 'reconnect')).toMatchObject({ path: { link: 'wlan0' } });
  });

  it('prints a timeline for people', async () => {
    const held = await startCli(net.client, 'hold', target(4));
    expect(await held.nextLine()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}connected +#1 198\.51\.100\.1:\d+ -> 203\.0\.113\.1:\d+ {2}eth0 via 198\.51\.100\.254$/,
    );
  });
});
