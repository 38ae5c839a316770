import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HoldReport } from '../../main/cli/hold/held-connection.js';
import type { Lookup, NetworkState, Route } from '../../main/index.js';
import { monotonicNow } from '../../main/monitor/monotonic-time.js';
import {
  assertBuilt,
  CLI,
  type CliLine,
  jsonOf,
  nextEvent,
  parseLines,
  runCli,
  startCli,
} from '../fixtures/cli.js';
import {
  type HostProcess,
  linkDown,
  type TwoLinkLab,
  twoLinkLab,
  unrelatedRoute,
  waitFor,
} from '../lab/index.js';

type HoldLine = HoldReport & { readonly t: number };

let net: TwoLinkLab;

beforeAll(assertBuilt);
beforeEach(async () => {
  net = await twoLinkLab();
});
afterEach(async () => {
  await net.close();
});

describe('roamkit', () => {
  it('answers bad arguments with exit code 2, one line and the usage', async () => {
    for (const args of [[], ['bogus'], ['status', '--bogus'], ['lookup', 'example.org'], ['hold', 'x']]) {
      const { code, stdout, stderr } = await runCli(net.client, ...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(/^roamkit( \w+)?: [^\n]+\nusage: roamkit /);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });

  it('answers a failure with exit code 3 and one line', async () => {
    const { code, stdout, stderr } = await runCli(net.client, 'status', '--netns', 'no-such-namespace');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^roamkit status: cannot enter network namespace 'no-such-namespace': [^\n]+\n$/);
  });

  it('looks into another network namespace with --netns, sockets included', async () => {
    const elsewhere = await net.lab.host('elsewhere');
    const echo = await net.server.tcpEcho();
    const [state] = await jsonOf<NetworkState>(elsewhere, 'status', '--netns', net.client.netns);
    expect(state?.links.map(({ name }) => name).sort()).toEqual(['eth0', 'lo', 'wlan0']);
    const target = `${net.addresses.server.v4}:${echo.port}`;
    const held = await startCli(elsewhere, 'hold', '--json', '--netns', net.client.netns, target);
    const { local } = await nextEvent<HoldLine>(held, 'connected');
    expect(local).toMatch(new RegExp(`^${net.addresses.ethernet.v4}:\\d+$`));
  });

  it('ends quietly when nobody reads any more', async () => {
    const script = '{ "$0" "$1" watch --json; echo "exit $?" >&2; } | head -n 1';
    const pipeline = await net.client.spawn('sh', ['-c', script, process.execPath, CLI]);
    await pipeline.nextLine();
    let hasEnded = false;
    void pipeline.exit.then(() => {
      hasEnded = true;
    });
    await waitFor(
      async () => {
        const undo = await unrelatedRoute(net.wifi.a);
        await undo();
        return hasEnded;
      },
      { what: 'the pipeline to end' },
    );
    expect(pipeline.stderr).toBe('exit 0\n');
  });
});

describe('roamkit status', () => {
  it('prints the state and the capabilities', async () => {
    const lines = await jsonOf<NetworkState & { capabilities: object }>(net.client, 'status');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      status: 'online',
      defaultPaths: {
        4: { link: 'eth0', gateway: net.addresses.ethernetGateway.v4, source: net.addresses.ethernet.v4 },
        6: { link: 'eth0', gateway: net.addresses.ethernetGateway.v6, source: net.addresses.ethernet.v6 },
      },
      capabilities: { backend: 'netlink', missing: [] },
    });
  });

  it('prints a summary for people, without colours where there is no terminal', async () => {
    const { stdout, code } = await runCli(net.client, 'status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^online {2}not validated/);
    expect(stdout).toMatch(/^IPv4 {2}online +eth0 via 198\.51\.100\.254 {2}source 198\.51\.100\.1$/m);
    expect(stdout).toMatch(/^wlan0 +veth +up +192\.0\.2\.1\/24/m);
    expect(stdout).not.toContain('\u001b');
  });
});

async function nextMessage(watch: HostProcess): Promise<unknown> {
  const line = await watch.nextLine((text) => text.includes('"event":"bus"'));
  return JSON.parse(line).message;
}

describe('roamkit watch', () => {
  it('prints ready, then what a lost link brings, each with the time its message was read', async () => {
    const watch = await startCli(net.client, 'watch', '--json');
    const ready = JSON.parse(await watch.nextLine());
    expect(Object.keys(ready)).toEqual(['t', 'event', 'state']);
    expect(ready).toMatchObject({ event: 'ready', state: { status: 'online' } });
    const before = monotonicNow();
    await linkDown(net.ethernet.a);
    await watch.nextLine((line) => line.includes('"event":"change"'));
    const after = monotonicNow();
    const events = parseLines<CliLine>(watch.lines.slice(1).join('\n')).filter(
      ({ event }) => event !== 'bus',
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'link',
        kind: 'change',
        link: expect.objectContaining({ isUp: false }),
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'route',
        kind: 'remove',
        route: expect.objectContaining({ dst: '0.0.0.0/0' }),
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'gateway',
        family: 4,
        from: expect.objectContaining({ link: 'eth0' }),
        to: expect.objectContaining({ link: 'wlan0' }),
      }),
    );
    for (const { t, received } of events) {
      expect(received).toBeGreaterThanOrEqual(before);
      expect(t).toBeGreaterThanOrEqual(received ?? Number.NaN);
      expect(t).toBeLessThanOrEqual(after);
    }
  });

  it('prints what a subscriber of the bus would hear, in the words of libwebsockets', async () => {
    const watch = await startCli(net.client, 'watch', '--json');
    await watch.nextLine();
    await net.client.ip('route add 198.18.0.0/15 via 198.51.100.254');
    const [added, trigger] = [await nextMessage(watch), await nextMessage(watch)];
    await net.client.ip('route del 198.18.0.0/15 via 198.51.100.254');
    expect([added, trigger, await nextMessage(watch)]).toEqual([
      { rt: 'add' },
      { trigger: 'cpdcheck', src: 'gw-change' },
      { rt: 'del' },
    ]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with exit code 0 on %s', async (signal) => {
    const watch = await startCli(net.client, 'watch');
    expect(await watch.nextLine()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}ready +online/);
    expect(await watch.stop(signal)).toEqual({ code: 0, signal: null });
    expect(watch.stderr).toBe('');
  });
});

describe('roamkit routes', () => {
  const FIELDS = 'family table type dst tos metric scope protocol source nexthops nexthopId pref'.split(' ');

  it('prints the main table’s routes with exactly the contract’s fields', async () => {
    const routes = await jsonOf<Route>(net.client, 'routes', '--family', '4');
    for (const route of routes) {
      expect(Object.keys(route)).toEqual(FIELDS);
      for (const hop of route.nexthops) {
        expect(Object.keys(hop)).toEqual(['oif', 'link', 'gateway', 'weight', 'flags']);
      }
    }
    const texts = routes.map(({ dst, metric, nexthops }) => {
      return `${dst} via ${nexthops[0]?.gateway} dev ${nexthops[0]?.link} metric ${metric}`;
    });
    expect(texts.sort()).toEqual([
      '0.0.0.0/0 via 192.0.2.254 dev wlan0 metric 600',
      '0.0.0.0/0 via 198.51.100.254 dev eth0 metric 100',
      '192.0.2.0/24 via null dev wlan0 metric 0',
      '198.51.100.0/24 via null dev eth0 metric 0',
    ]);
  });

  it('prints one table or all, one family or both', async () => {
    await net.client.ip('route add blackhole 10.9.0.0/16 table 1000');
    const [only, ...others] = await jsonOf<Route>(net.client, 'routes', '--table', '1000');
    expect(others).toEqual([]);
    expect(only).toMatchObject({ family: 4, table: 1000, type: 'blackhole', dst: '10.9.0.0/16' });
    const all = await jsonOf<Route>(net.client, 'routes', '--table', 'all');
    expect(new Set(all.map(({ table }) => table))).toEqual(new Set([254, 255, 1000]));
    const six = await jsonOf<Route>(net.client, 'routes', '--table', 'all', '--family', '6');
    expect(six).toEqual(all.filter(({ family }) => family === 6));
    expect(six).toContainEqual(expect.objectContaining({ dst: '::/0', pref: 'medium' }));
  });

  it('prints very many, to a reader who takes its time', async () => {
    const count = 30_000;
    const lines = Array.from({ length: count }, (_, index) => {
      return `route add 10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32 dev wlan0 table 1000`;
    });
    await net.client.ip(lines);
    const script = '"$0" "$1" routes --json --table 1000 | { sleep 0.2; wc -l; }';
    const { stdout } = await net.client.exec('sh', ['-c', script, process.execPath, CLI]);
    expect(Number(stdout)).toBe(count);
  });
});

describe('roamkit lookup', () => {
  it('answers from the mirror, the kernel, and both', async () => {
    const { v4, v6 } = net.addresses.server;
    const found = { routable: true, reason: null, type: 'unicast', table: 254, link: 'eth0', certain: true };
    const four = { ...found, gateway: net.addresses.ethernetGateway.v4, source: net.addresses.ethernet.v4 };
    expect(await jsonOf(net.client, 'lookup', v4, v6)).toMatchObject([
      { dst: v4, ...four, prefix: '0.0.0.0/0' },
      { dst: v6, ...found, gateway: net.addresses.ethernetGateway.v6, prefix: '::/0' },
    ]);
    expect(await jsonOf(net.client, 'lookup', '--kernel', v4)).toMatchObject([
      { dst: v4, ...four, prefix: null },
    ]);
    expect(await jsonOf(net.client, 'lookup', '--both', v4)).toMatchObject([
      { dst: v4, mirror: four, kernel: four, agree: true },
    ]);
    expect(await jsonOf(net.client, 'lookup', '--both', v6, '127.0.0.1', '::1', '192.0.2.255')).toMatchObject(
      Array.from({ length: 4 }, () => ({ agree: true })),
    );
  });

  it('takes source, mark and link into account', async () => {
    await net.client.ip(['route add default via 192.0.2.254 table 100', 'rule add fwmark 7 lookup 100']);
    const { v4 } = net.addresses.server;
    const ask = async (...args: string[]): Promise<Lookup | undefined> =>
      (await jsonOf<Lookup>(net.client, 'lookup', ...args, v4))[0];
    expect(await ask('--mark', '7')).toMatchObject({ link: 'wlan0', table: 100 });
    expect(await ask('--mark', '0x8')).toMatchObject({ link: 'eth0', table: 254 });
    expect(await ask('--oif', 'wlan0')).toMatchObject({ link: 'wlan0', gateway: '192.0.2.254' });
    expect(await ask('--from', '192.0.2.1')).toMatchObject({ link: 'eth0', source: '192.0.2.1' });
  });

  it('exits with 1 where the answer is no', async () => {
    await net.client.ip(['route add unreachable 10.9.0.0/16', 'route add prohibit 10.8.0.0/16']);
    const { v4 } = net.addresses.server;
    const { code, stdout } = await runCli(net.client, 'lookup', '--json', v4, '10.9.1.2', '10.8.1.2');
    expect(code).toBe(1);
    expect(parseLines(stdout)).toMatchObject([
      { dst: v4, routable: true },
      { dst: '10.9.1.2', routable: false, reason: 'unreachable', type: 'unreachable' },
      { dst: '10.8.1.2', routable: false, reason: 'prohibited', type: 'prohibit' },
    ]);
    const both = await runCli(net.client, 'lookup', '--json', '--both', '10.9.1.2');
    expect(both.code).toBe(1);
    expect(JSON.parse(both.stdout)).toMatchObject({
      agree: true,
      kernel: { routable: false, reason: 'unreachable' },
    });
  });

  it('answers line by line from stdin', async () => {
    const lookup = await startCli(net.client, 'lookup', '--json', '-');
    for (const dst of [net.addresses.server.v4, '127.0.0.1', net.addresses.server.v6]) {
      lookup.stdin.write(`${dst}\n`);
      expect(JSON.parse(await lookup.nextLine())).toMatchObject({ dst, routable: true });
    }
    lookup.stdin.end();
    expect(await lookup.exit).toEqual({ code: 0, signal: null });
  });
});
