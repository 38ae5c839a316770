import { describe, expect, it } from 'vitest';
import { run } from './run.js';

const COMMANDS = ['watch', 'status', 'routes', 'lookup', 'hold'];

describe('roamkit', () => {
  it('prints the usage on --help, listing every command', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^usage: roamkit COMMAND/);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  });

  it.each(COMMANDS)('%s prints its usage on --help and -h, whatever else is missing', async (command) => {
    const long = await run([command, '--help']);
    expect(long.code).toBe(0);
    expect(long.stdout).toMatch(new RegExp(`^usage: roamkit ${command} `));
    expect(long.stdout).toContain('--netns NAME|PATH');
    expect((await run([command, '-h'])).stdout).toBe(long.stdout);
  });

  it.each([[['--version']], [['status', '--version']]])('prints a version on %j', async (argv) => {
    const { code, stdout } = await run(argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+\n$/);
  });

  it('takes options before the command too', async () => {
    const { code, stdout } = await run(['--json', 'status']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('status');
  });

  it.each<[readonly string[], string]>([
    [[], 'roamkit: a command is missing'],
    [['bogus'], "roamkit: unknown command 'bogus'"],
    [['bogus', '--json'], "roamkit: unknown command 'bogus'"],
    [['--bogus'], "roamkit: unknown option '--bogus'"],
    [['status', '--bogus'], "roamkit status: unknown option '--bogus'"],
    [['status', '-x'], "roamkit status: unknown option '-x'"],
    [['status', 'extra'], "roamkit status: unexpected argument 'extra'"],
    [['watch', 'extra'], "roamkit watch: unexpected argument 'extra'"],
    [['routes', 'extra'], "roamkit routes: unexpected argument 'extra'"],
    [['status', '--json=yes'], 'roamkit status: --json takes no value'],
    [['status', '--netns'], 'roamkit status: --netns needs a value'],
    [['status', '--netns='], 'roamkit status: --netns needs a value'],
    [['status', 'esc\u001b[2J'], "roamkit status: unexpected argument 'esc\\x1b[2J'"],
  ])('refuses %j with exit code 2, one line and the usage', async (argv, line) => {
    const { code, stdout, stderr } = await run(argv);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const [first, second] = stderr.split('\n');
    expect(first).toBe(line);
    expect(second).toMatch(/^usage: roamkit /);
  });

  it('says a failure in one line, with exit code 3 and without a usage', async () => {
    const { code, stdout, stderr } = await run(['status'], {
      startMonitor: () => Promise.reject(new Error('socket(AF_NETLINK):\noperation not permitted')),
    });
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toBe('roamkit status: socket(AF_NETLINK): operation not permitted\n');
  });

  it('fails, rather than look elsewhere, where the network namespace cannot be entered', async () => {
    const { code, stdout, stderr } = await run(['status', '--netns', '/nowhere/at all']);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^roamkit status: .*(?:'\/nowhere\/at all'|native addon).*\n$/);
  });
});
