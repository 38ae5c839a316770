import { describe, expect, it } from 'vitest';
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

  const BAD = ['127.0.0.1\n\nnonsense\nfe80::1%nolink0\n127.0.0.2'];

  it('names bad lines in their place, and answers the others', async () => {
    const { code, stdout, stderr } = await run(['lookup', '--json', '-'], { input: BAD });
    expect(code).toBe(2);
    expect(stderr).not.toContain('usage');
    const answers = stdout.trimEnd().split('\n');
    expect(answers.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ dst: '127.0.0.1', routable: true }),
      { line: 3, dst: 'nonsense', error: "'nonsense' is not an IP address" },
      { line: 4, dst: 'fe80::1%nolink0', error: "destination: there is no link 'nolink0'" },
      expect.objectContaining({ dst: '127.0.0.2', routable: true }),
    ]);
  });

  it('names bad lines to people, too', async () => {
    const { code, stdout } = await run(['lookup', '-'], { input: BAD });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^127\.0\.0\.1 /);
    expect(stdout).toMatch(/^stdin line 3: 'nonsense' is not an IP address$/m);
    expect(stdout).toMatch(/^127\.0\.0\.2 /m);
  });

  it.each<[readonly string[], string]>([
    [[], 'a destination is missing'],
    [['example.org'], "'example.org' is not an IP address"],
    [['127.0.0.1', '10.0.0.0/8'], "'10.0.0.0/8' is not an IP address"],
    [['--from', 'eth0', '127.0.0.1'], "--from: 'eth0' is not an IP address"],
    [['--from', '::1', '127.0.0.1'], "'127.0.0.1' and --from ::1 are of different families"],
    [['--mark', '-1', '127.0.0.1'], "--mark needs a value (--mark=VALUE for one that starts with '-')"],
    [['--mark', 'x', '127.0.0.1'], "--mark must be a whole number from 0 to 4294967295, not 'x'"],
    [
      ['--uid', '4294967295', '127.0.0.1'],
      "--uid must be a whole number from 0 to 4294967294, not '4294967295'",
    ],
    [['--tos', '256', '127.0.0.1'], "--tos must be a whole number from 0 to 255, not '256'"],
    [
      ['--proto', 'sctp', '127.0.0.1'],
      "--proto must be tcp, udp, icmp or a number from 1 to 255, not 'sctp'",
    ],
    [['--sport', '0', '127.0.0.1'], "--sport must be a whole number from 1 to 65535, not '0'"],
    [['--dport', '65536', '127.0.0.1'], "--dport must be a whole number from 1 to 65535, not '65536'"],
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
