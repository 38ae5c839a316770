import { describe, expect, it } from 'vitest';
import type { Lookup } from '../../../../../core/network-types.js';
import { doAgree } from '../../../../../main/cli/commands/lookup.js';
import { run } from '../run.js';

const FIELDS = [
  'dst',
  'routable',
  'reason',
  'type',
  'table',
  'prefix',
  'oif',
  'link',
  'gateway',
  'source',
  'certain',
];

describe('roamkit lookup', () => {
  it('prints exactly the contract’s fields, one destination a line', async () => {
    const { code, stdout } = await run(['lookup', '--json', '127.0.0.1', '127.0.0.2']);
    expect(code).toBe(0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line): object => JSON.parse(line));
    expect(answers.map((answer) => Object.keys(answer))).toEqual([FIELDS, FIELDS]);
    expect(answers).toMatchObject([
      { dst: '127.0.0.1', routable: true, link: 'lo' },
      { dst: '127.0.0.2', routable: true },
    ]);
  });

  it('reads destinations from stdin, skipping empty lines', async () => {
    const { stdout } = await run(['lookup', '--json', '-'], { input: ['127.0.0.1\r\n\n127.', '0.0.2'] });
    const destinations = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).dst);
    expect(destinations).toEqual(['127.0.0.1', '127.0.0.2']);
  });

  it('answers what stood before a bad line, then names the line', async () => {
    const { code, stdout, stderr } = await run(['lookup', '-'], { input: ['127.0.0.1\nnonsense\n'] });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^127\.0\.0\.1 .*\n$/);
    expect(stderr).toMatch(/^roamkit lookup: stdin line 2: 'nonsense' is not an IP address\nusage: /m);
  });

  it.each<[readonly string[], string]>([
    [[], 'a destination is missing'],
    [['example.org'], "'example.org' is not an IP address"],
    [['127.0.0.1', '10.0.0.0/8'], "'10.0.0.0/8' is not an IP address"],
    [['--from', 'eth0', '127.0.0.1'], "--from: 'eth0' is not an IP address"],
    [['--from', '::1', '127.0.0.1'], "'127.0.0.1' and --from ::1 are of different families"],
    [['--mark', '-1', '127.0.0.1'], "--mark needs a value (--mark=VALUE for one that starts with '-')"],
    [['--mark', 'x', '127.0.0.1'], "--mark must be a whole number from 0 to 4294967295, not 'x'"],
    [['--kernel', '--both', '127.0.0.1'], '--kernel and --both exclude each other'],
    [['--oif', 'nolink0', '127.0.0.1'], "--oif: there is no link 'nolink0'"],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(['lookup', ...args]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n').filter((line) => line.startsWith('roamkit lookup: '))).toEqual([
      `roamkit lookup: ${message}`,
    ]);
  });

  it('fails where there is no kernel to ask', async () => {
    const { code, stderr } = await run(['lookup', '--kernel', '127.0.0.1']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^roamkit lookup: the kernel cannot be asked: .*\n$/);
  });
});

describe('doAgree', () => {
  const found: Lookup = {
    dst: '203.0.113.1',
    routable: true,
    reason: null,
    type: 'unicast',
    table: 254,
    prefix: '0.0.0.0/0',
    oif: 2,
    link: 'eth0',
    gateway: '192.0.2.254',
    source: '192.0.2.1',
    certain: true,
  };
  const missing: Lookup = {
    ...found,
    routable: false,
    reason: 'unreachable',
    type: 'unreachable',
    oif: null,
    link: null,
    gateway: null,
    source: null,
  };

  it('does not mind what the kernel does not tell', () => {
    expect(doAgree(found, { ...found, prefix: null })).toBe(true);
    expect(doAgree({ ...found, source: null }, found)).toBe(true);
    expect(doAgree(missing, { ...missing, prefix: null, type: null, table: null })).toBe(true);
  });

  it('knows that the kernel may keep the local and the main table in one', () => {
    const local = { ...found, type: 'local', table: 255 } as const;
    expect(doAgree(local, { ...local, table: 254 })).toBe(true);
    expect(doAgree({ ...local, table: 254 }, local)).toBe(false);
  });

  it.each<[string, Partial<Lookup>]>([
    ['type', { type: 'local' }],
    ['table', { table: 255 }],
    ['oif', { oif: 3 }],
    ['gateway', { gateway: null }],
    ['source', { source: '192.0.2.2' }],
    ['routable', { routable: false }],
  ])('sees a different %s', (_field, difference) => {
    expect(doAgree(found, { ...found, ...difference })).toBe(false);
  });
});
