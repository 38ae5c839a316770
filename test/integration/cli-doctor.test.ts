import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CLI } from '../fixtures/cli.js';
import { type Host, type RunResult, twoLinkLab } from '../lab/index.js';

const DENY_CALL = fileURLToPath(new URL('../fixtures/deny-call.py', import.meta.url));
const DENY_NETLINK = fileURLToPath(new URL('../fixtures/deny-netlink.py', import.meta.url));

async function doctor(
  host: Host,
  {
    launcher = [],
    args = [],
  }: { readonly launcher?: readonly string[]; readonly args?: readonly string[] } = {},
) {
  const [command = '', ...rest] = [...launcher, process.execPath, CLI, 'doctor', '--json', ...args];
  const result: RunResult = await host.exec(command, rest, { allowFailure: true });
  return { code: result.code, stderr: result.stderr, report: JSON.parse(result.stdout) };
}

it('finds nothing wrong in an ordinary network, and counts what it compared', async () => {
  await using net = await twoLinkLab();
  const { code, stderr, report } = await doctor(net.client);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(report).toMatchObject({
    ok: true,
    problems: [],
    counts: { links: 3, rules: 5 },
    rules: [],
    selfCheck: { auditCorrections: 0, uncertain: 0, disagreements: [] },
    consistency: { auditCorrections: 0, overruns: 0 },
  });
  expect(report.consistency.audits).toBeGreaterThan(0);
  expect(report.selfCheck.lookups).toBeGreaterThan(10);
  expect(report.selfCheck.agreeing).toBe(report.selfCheck.lookups);
});

it('agrees with the kernel in an odd network, and names the rules that make answers uncertain', async () => {
  await using net = await twoLinkLab();
  await net.client.ip([
    'rule add fwmark 0x10/0xff table 100 priority 100',
    'rule add not uidrange 70000-70001 table 101 priority 101',
    'route add unreachable default table 100',
    'route add default via 192.0.2.254 table 101',
    'route add blackhole 10.9.0.0/16',
    'route add 10.8.0.0/16 nexthop via 192.0.2.254 nexthop via 198.51.100.254',
    'rule add tun_id 5 table 100 priority 102',
    'rule add l3mdev priority 1000',
  ]);
  const { code, report } = await doctor(net.client);
  expect(report.problems).toEqual([]);
  expect(code).toBe(0);
  expect(report.rules).toEqual([
    { rule: '100: from all fwmark 0x10/0xff lookup 100 (IPv4)', why: [expect.stringMatching(/^fwmark: /)] },
    {
      rule: '101: not from all uidrange 70000-70001 lookup 101 (IPv4)',
      why: [expect.stringMatching(/^uidrange: /)],
    },
    { rule: '102: from all lookup 100 (IPv4)', why: [expect.stringMatching(/^it asks something/)] },
  ]);
  expect(report.selfCheck.uncertain).toBeGreaterThan(0);
  expect(report.selfCheck.agreeing).toBe(report.selfCheck.lookups);
});

it('reads the settings of the namespace it looks into', async () => {
  await using net = await twoLinkLab();
  const keys = {
    'net.ipv4.conf.wlan0.ignore_routes_with_linkdown': 1,
    'net.ipv6.conf.all.keep_addr_on_down': 1,
    'net.ipv4.nexthop_compat_mode': 0,
  };
  for (const [key, value] of Object.entries(keys)) await net.client.sysctl(key, value);
  const here = await doctor(net.router);
  expect(here.report.settings).toMatchObject({ 'net.ipv6.conf.all.keep_addr_on_down': 0 });
  const there = await doctor(net.router, { args: ['--netns', net.client.netns] });
  expect(there.code).toBe(0);
  expect(there.report.settings).toMatchObject({ ...keys, 'net.ipv4.conf.all.promote_secondaries': 0 });
});

it('advises where the privilege for a large buffer is missing and the limit is low', async () => {
  await using net = await twoLinkLab();
  const launcher = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-all'];
  const { code, report } = await doctor(net.client, { launcher });
  expect(code).toBe(0);
  const { askedBytes, grantedBytes, rmemMaxBytes } = report.receiveBuffer;
  // A kernel that does not show the limit in a namespace does not hide what it granted.
  const limit = rmemMaxBytes ?? grantedBytes / 2;
  expect(grantedBytes).toBe(2 * Math.min(askedBytes, limit));
  const isAdvised = report.advice.some((line: string) => line.includes('net.core.rmem_max'));
  expect(isAdvised).toBe(limit < askedBytes);
});

it('says what is missing where netlink is denied, with exit code 1', async () => {
  await using net = await twoLinkLab();
  const { code, report } = await doctor(net.client, { launcher: ['python3', DENY_NETLINK, 'EPERM'] });
  expect(code).toBe(1);
  expect(report).toMatchObject({ ok: false, capabilities: { backend: 'portable' }, selfCheck: null });
  expect(report.capabilities.missing[0]).toMatch(/socket\(AF_NETLINK\): Operation not permitted/);
});

it('tries out whether connections of another process can be ended one by one', async () => {
  await using net = await twoLinkLab();
  const { code, report } = await doctor(net.client);
  expect(code).toBe(0);
  expect(report.chromium).toMatchObject({ healing: 'precise', reason: null });
});

it.each([
  ['pidfd_getfd', 'EPERM', /ptrace_scope/],
  ['pidfd_open', 'ENOSYS', /needs Linux 5\.6/],
])('explains where %s fails with %s, which is no problem but worth advice', async (call, error, reason) => {
  await using net = await twoLinkLab();
  const { code, report } = await doctor(net.client, { launcher: ['python3', DENY_CALL, call, error] });
  expect(code).toBe(0);
  expect(report.chromium).toMatchObject({ healing: 'coarse', reason: expect.stringMatching(reason) });
  expect(report.advice).toContainEqual(expect.stringMatching(/RoamingWebSocket|ptrace_scope/));
});
