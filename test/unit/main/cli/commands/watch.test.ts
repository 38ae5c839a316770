import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Address, Link, Route } from '../../../../../core/network-types.js';
import { monotonicNow } from '../../../../../main/monitor/monotonic-time.js';
import { NetworkMonitor } from '../../../../../main/monitor/network-monitor.js';
import { PLAIN_RULE } from '../../../support/routing-samples.js';
import { FakeAddon, PATH } from '../fake-addon.js';
import { run, start } from '../run.js';

const { native } = vi.hoisted(() => ({ native: { addon: (): unknown => undefined } }));
vi.mock('../../../../../main/monitor/native-addon.js', () => ({ loadNativeAddon: () => native.addon() }));
const startMonitor = () => NetworkMonitor.start({ backend: 'netlink' });

const link: Link = {
  ifindex: 2,
  name: 'eth0',
  kind: 'veth',
  isLoopback: false,
  isUp: true,
  hasCarrier: true,
  masterIfindex: null,
};
const address: Address = {
  family: 4,
  ifindex: 2,
  address: '192.0.2.1',
  prefixLength: 24,
  scope: 'global',
  isTentative: false,
  isDadFailed: false,
  isDeprecated: false,
  isSecondary: false,
  peer: null,
};
const rule = PLAIN_RULE;
const route: Route = {
  family: 4,
  table: 254,
  type: 'unicast',
  dst: '198.18.0.0/15',
  tos: 0,
  metric: 0,
  scope: 'link',
  protocol: 'boot',
  source: null,
  nexthops: [{ oif: 2, link: 'eth0', gateway: null, weight: 1, flags: [] }],
  nexthopId: null,
  pref: null,
  isExpired: false,
};

const portal = {
  ifindex: 2,
  link: 'eth0',
  uri: 'https://portal.example/api',
  router: 'fe80::1',
  receivedAt: 7,
};

let fake: FakeAddon;
beforeEach(() => {
  fake = new FakeAddon();
  native.addon = () => fake.addon();
});

describe('roamkit watch', () => {
  it('prints ready with the state, then a line per change with the time its message was read', async () => {
    const watch = start(['watch', '--json'], { startMonitor });
    const [ready] = await watch.lines(1);
    expect(Object.keys(ready ?? {})).toEqual(['t', 'event', 'state']);
    expect(ready).toMatchObject({ event: 'ready', state: { status: 'online', defaultPaths: { 4: PATH } } });
    const receivedAt = monotonicNow();
    fake.send({
      receivedAt,
      links: [{ kind: 'add', link }],
      addresses: [{ kind: 'change', address }],
      rules: [{ kind: 'add', rule }],
      routes: [{ kind: 'remove', route }],
      defaultPaths: { 4: null, 6: null },
      lostDefaults: [4],
      portals: [portal],
      resync: true,
    });
    const events = (await watch.lines(9)).slice(1);
    const stamps = { t: expect.any(Number), received: receivedAt };
    expect(events).toEqual([
      { ...stamps, event: 'link', kind: 'add', link },
      { ...stamps, event: 'address', kind: 'change', address },
      { ...stamps, event: 'rule', kind: 'add', rule },
      { ...stamps, event: 'route', kind: 'remove', route },
      { ...stamps, event: 'portal', ifindex: 2, link: 'eth0', uri: portal.uri, router: 'fe80::1' },
      { ...stamps, event: 'resync', omittedRoutes: 0 },
      { ...stamps, event: 'gateway', family: 4, from: PATH, to: null },
      {
        ...stamps,
        event: 'change',
        summary: 'status online -> local; IPv4 default eth0 via 192.0.2.254 -> none',
        status: 'local',
        validated: false,
        generation: 2,
        statusChanged: true,
        generationChanged: true,
        families: [4],
        defaultPathLost: true,
        defaultPaths: { 4: null, 6: null },
      },
    ]);
    for (const { t } of events) expect(t).toBeGreaterThanOrEqual(receivedAt);
    expect((await watch.lines(12)).slice(9)).toEqual([
      {
        t: expect.any(Number),
        event: 'bus',
        class: 'system-state',
        message: { status: 'local', validated: false, generation: 2 },
      },
      { t: expect.any(Number), event: 'bus', class: 'network', message: { rt: 'del' } },
      {
        t: expect.any(Number),
        event: 'bus',
        class: 'network',
        message: { trigger: 'cpdcheck', src: 'gw-change' },
      },
    ]);
    expect(await watch.stop()).toBe(0);
    expect(watch.stderr).toBe('');
  });

  it('says so when a batch had more routes than it lists', async () => {
    const watch = start(['watch', '--json'], { startMonitor });
    await watch.lines(1);
    fake.send({ receivedAt: 5, omittedRoutes: 12 });
    expect((await watch.lines(2))[1]).toMatchObject({ event: 'resync', received: 5, omittedRoutes: 12 });
    await watch.stop();
  });

  it('prints a timeline for people', async () => {
    const watch = start(['watch'], { startMonitor });
    await vi.waitFor(() => expect(watch.stdout).toMatch(/\n$/));
    fake.send({
      links: [{ kind: 'change', link: { ...link, hasCarrier: false } }],
      addresses: [{ kind: 'remove', address }],
      defaultPaths: { 4: null, 6: null },
    });
    await vi.waitFor(() => expect(watch.stdout).toContain('change'));
    await watch.stop();
    expect(watch.stdout.replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, 'TIME').split('\n')).toEqual([
      'TIME  ready        online  generation 1  IPv4 eth0 via 192.0.2.254  IPv6 none  0 links, 0 addresses',
      'TIME  link         ~ eth0 veth no carrier',
      'TIME  address      - 192.0.2.1/24 dev eth0',
      'TIME  gateway      IPv4 eth0 via 192.0.2.254 -> none',
      'TIME  change       offline  status online -> offline; IPv4 default eth0 via 192.0.2.254 -> none',
      '',
    ]);
  });
});

describe('roamkit routes', () => {
  it('prints exactly the contract’s fields in their order, through all pages', async () => {
    // An addon may make them in another order, or know more.
    const { dst, ...rest } = route;
    const shuffled = { ...rest, isCloned: false, dst } as Route;
    fake.routes = Array.from({ length: 5 }, (_, index) => ({ ...shuffled, metric: index }));
    const { code, stdout } = await run(['routes', '--json'], { startMonitor });
    expect(code).toBe(0);
    const printed = stdout
      .trimEnd()
      .split('\n')
      .map((line): Route => JSON.parse(line));
    expect(printed.map(({ metric }) => metric)).toEqual([0, 1, 2, 3, 4]);
    const { isExpired: _, ...fields } = route;
    expect(JSON.stringify(printed[0])).toBe(JSON.stringify(fields));
  });
});

describe('roamkit lookup', () => {
  it('puts both answers side by side with --both', async () => {
    const { code, stdout } = await run(['lookup', '--both', '--json', '203.0.113.1'], { startMonitor });
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(Object.keys(answer)).toEqual(['dst', 'mirror', 'kernel', 'agree']);
    const { nexthops: _, ...mirror } = fake.lookup('203.0.113.1');
    expect(answer).toEqual({
      dst: '203.0.113.1',
      mirror,
      kernel: { ...mirror, prefix: null },
      agree: true,
    });
  });

  it('answers no with exit code 1 where there is no route', async () => {
    fake.path = null;
    const { code, stdout } = await run(['lookup', '--json', '203.0.113.1'], { startMonitor });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ routable: false, reason: 'no-route', prefix: null });
  });
});
