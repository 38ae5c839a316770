import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Rule } from '../../../../../core/network-types.js';
import { NetworkMonitor } from '../../../../../main/monitor/network-monitor.js';
import { PLAIN_RULE } from '../../../support/routing-samples.js';
import { FakeAddon } from '../fake-addon.js';
import { run } from '../run.js';

const { native } = vi.hoisted(() => ({ native: { addon: (): unknown => undefined } }));
vi.mock('../../../../../main/monitor/native-addon.js', () => ({ loadNativeAddon: () => native.addon() }));
const startMonitor = () => NetworkMonitor.start({ backend: 'netlink' });

let fake: FakeAddon;
beforeEach(() => {
  fake = new FakeAddon();
  native.addon = () => fake.addon();
});

async function doctor() {
  const { code, stdout } = await run(['doctor', '--json'], { startMonitor });
  return { code, report: JSON.parse(stdout) };
}

const rule: Rule = { ...PLAIN_RULE, table: 100 };

describe('roamkit doctor', () => {
  it('prints one object, with a section after a section', async () => {
    const { code, report } = await doctor();
    expect(code).toBe(0);
    expect(Object.keys(report)).toEqual([
      ...['ok', 'problems', 'advice', 'capabilities', 'receiveBuffer', 'counts', 'rules', 'settings'],
      ...['chromium', 'selfCheck', 'consistency'],
    ]);
    expect(report).toMatchObject({
      ok: true,
      problems: [],
      advice: [],
      capabilities: { backend: 'netlink' },
      rules: [],
      selfCheck: { auditCorrections: 0, lookups: 2, agreeing: 2, uncertain: 0, disagreements: [] },
      consistency: { audits: 1 },
    });
  });

  it('advises on a buffer that is smaller than asked for', async () => {
    fake.stats = { ...fake.stats, receiveBufferBytes: 425_984 };
    const { code, report } = await doctor();
    expect(code).toBe(0);
    expect(report.receiveBuffer).toMatchObject({ askedBytes: 8_388_608, grantedBytes: 425_984 });
    expect(report.advice).toEqual([expect.stringContaining('sysctl -w net.core.rmem_max=8388608')]);
  });

  it.each<readonly [what: string, rule: Partial<Rule>, text: string, why: readonly string[]]>([
    ['a mark', { fwmark: 7, fwmask: 0xffffffff }, 'fwmark 0x7', ['fwmark: ']],
    ['a user', { uidRange: [1000, 2000] }, 'uidrange 1000-2000', ['uidrange: ']],
    ['a tos', { tos: 0x10 }, 'tos 0x10', ['tos: ']],
    [
      'ports',
      { ipProtocol: 6, sourcePorts: [1, 9], destinationPorts: [443, 443] },
      'ipproto 6 sport 1-9 dport 443',
      ['ipproto: ', 'ports: '],
    ],
    ['something unknown', { hasUnknownSelector: true }, '', ['it asks something']],
  ])('lists a rule that asks for %s', async (_what, parts, text, why) => {
    fake.rules = [{ ...rule, ...parts }];
    const { code, report } = await doctor();
    expect(code).toBe(0);
    const selectors = text === '' ? '' : `${text} `;
    expect(report.rules).toEqual([
      {
        rule: `100: from all ${selectors}lookup 100 (IPv4)`,
        why: why.map((start) => expect.stringContaining(start)),
      },
    ]);
    expect(report.advice).toHaveLength(1);
  });

  it('lists no rule that can be judged: prefixes, links, a VRF’s where there is none', async () => {
    fake.rules = [
      { ...rule, from: '10.0.0.0/8', to: '192.0.2.0/24', iif: 'eth0', oif: 'eth1' },
      { ...rule, priority: 1000, isL3mdev: true },
    ];
    expect((await doctor()).report.rules).toEqual([]);
  });

  it('finds fault where mirror and kernel disagree', async () => {
    fake.kernel = { gateway: '192.0.2.99' };
    const { code, report } = await doctor();
    expect(code).toBe(1);
    expect(report).toMatchObject({
      ok: false,
      problems: ['mirror and kernel disagree about 2 destinations'],
      selfCheck: { lookups: 2, agreeing: 0 },
    });
    expect(report.selfCheck.disagreements[0].kernel.gateway).toBe('192.0.2.99');
  });

  it('finds fault where the mirror differed from a fresh dump', async () => {
    fake.corrections = 3;
    const { code, report } = await doctor();
    expect(code).toBe(1);
    expect(report.problems).toEqual([
      'the mirror had 3 entries otherwise than the kernel; they are corrected',
    ]);
    expect(report.selfCheck.auditCorrections).toBe(3);
  });

  it('finds fault with lost and with unreadable messages', async () => {
    fake.stats = { ...fake.stats, overruns: 2, malformedMessages: 1 };
    const { code, report } = await doctor();
    expect(code).toBe(1);
    expect(report.problems).toHaveLength(2);
  });

  it('finds fault with a backend that sees less', async () => {
    const { code, stdout } = await run(['doctor', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      problems: ['the portable backend sees only a part of the network'],
      receiveBuffer: null,
      rules: null,
      selfCheck: null,
    });
  });

  it('says it in words, with what to do at the end', async () => {
    fake.stats = { ...fake.stats, receiveBufferBytes: 425_984 };
    fake.rules = [{ ...rule, fwmark: 7, fwmask: 0xffffffff }];
    const { stdout } = await run(['doctor'], { startMonitor });
    expect(stdout).toMatch(/^capabilities {4}netlink: changes as they happen, /);
    expect(stdout).toMatch(/^rules {11}100: from all fwmark 0x7 lookup 100 \(IPv4\)\n {18}fwmark: /m);
    expect(stdout).toMatch(
      /^self-check {6}compared with a fresh dump: equal\n {16}2 of 2 lookups answered /m,
    );
    expect(stdout).toMatch(/\nadvice: raise .*\nadvice: tell .*\nnothing is wrong\n$/);
  });
});
