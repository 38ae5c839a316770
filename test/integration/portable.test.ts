import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetworkMonitor } from '../../main/index.js';
import { IpShell } from '../fixtures/ip-shell.js';
import { bundle } from '../fixtures/program.js';
import { type TwoLinkLab, twoLinkLab } from '../lab/index.js';

// Where the kernel cannot be watched: import and start succeed, and `capabilities` says what is missing.

let net: TwoLinkLab;
beforeAll(async () => {
  net = await twoLinkLab();
});
afterAll(() => net?.close());

interface Report {
  readonly capabilities?: NetworkMonitor['capabilities'];
  readonly [field: string]: unknown;
}

/** Runs fixtures/programs/portable.ts in the lab's client to its end. */
async function run(options: unknown, launcher: readonly string[] = [], script?: string): Promise<Report[]> {
  const program = [process.execPath, script ?? (await bundle('portable')), JSON.stringify(options)];
  const [command = '', ...args] = [...launcher, ...program];
  const { stdout, stderr } = await net.client.exec(command, args);
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Report);
}

const denied = (errno: string) => [
  'python3',
  fileURLToPath(new URL('../fixtures/deny-netlink.py', import.meta.url)),
  errno,
];

/** Everything of the API worked, on the portable backend. */
function expectPortable([started, used, closed]: readonly Report[], ...missing: readonly RegExp[]): void {
  expect(started?.capabilities).toEqual({
    backend: 'portable',
    events: false,
    routes: false,
    kernelLookup: false,
    socketDiagnosis: false,
    missing: [...missing, /every 2000 ms/, /routes, rules and gateways/, /state of TCP sockets/].map(
      (pattern) => expect.stringMatching(pattern),
    ),
  });
  expect(used).toEqual({
    connection: 'routable',
    lookup: false,
    kernelLookup: 'ERR_ROAMKIT_UNSUPPORTED_PLATFORM',
    routes: 0,
    flows: 1,
  });
  expect(closed).toEqual({ closed: true });
}

describe('the portable backend', () => {
  it('takes over where netlink is denied (EPERM), although the interfaces cannot be listed either', async () => {
    const reports = await run({}, denied('EPERM'));
    expectPortable(reports, /socket\(AF_NETLINK\): Operation not permitted/);
    expect(reports[0]).toMatchObject({ interfacesFail: true, links: [], status: 'offline' });
  });

  it('takes over where the kernel knows no netlink (EAFNOSUPPORT)', async () => {
    expectPortable(
      await run({}, denied('EAFNOSUPPORT')),
      /socket\(AF_NETLINK\): Address family not supported/,
    );
  });

  it.each(['darwin', 'win32', 'sunos'])('takes over on %s', async (platform) => {
    const reports = await run({ platform });
    expectPortable(reports, new RegExp(`netlink.*${platform}`));
    expect(reports[0]?.['links']).toEqual(expect.arrayContaining(['lo', 'wlan0', 'eth0']));
    expect(reports[0]?.['status']).toBe('online');
  });

  it('takes over where there is no addon for this machine', async () => {
    await using copy = await packageWithoutAddon();
    expectPortable(await run({}, [], copy.script), /no native addon for linux-/);
  });

  it('may be asked for', async () => {
    expectPortable(await run({ backend: 'portable' }), /asked for/);
  });
});

describe("backend: 'netlink' takes nothing else", () => {
  it.each<readonly [string, readonly string[], object, string, RegExp]>([
    ['netlink is denied', denied('EPERM'), {}, 'ERR_ROAMKIT_NETLINK', /^socket\(AF_NETLINK\): /],
    ['on another platform', [], { platform: 'darwin' }, 'ERR_ROAMKIT_UNSUPPORTED_PLATFORM', /darwin/],
  ])('%s', async (_, launcher, options, failed, message) => {
    const [report] = await run({ ...options, backend: 'netlink' }, launcher);
    expect(report).toEqual({ failed, message: expect.stringMatching(message) });
  });

  it('where there is no addon', async () => {
    await using copy = await packageWithoutAddon();
    const [report] = await run({ backend: 'netlink' }, [], copy.script);
    expect(report?.['failed']).toBe('ERR_ROAMKIT_UNSUPPORTED_PLATFORM');
  });
});

// Each has an address of its own, as they wait for the same two seconds.
describe.concurrent('a connection on the portable backend', () => {
  const watch = async (address: string, launcher: readonly string[] = [], options: object = {}) => {
    await net.client.ip(`addr add ${address}/32 dev eth0`);
    const [command = '', ...args] = [
      ...launcher,
      process.execPath,
      await bundle('portable'),
      JSON.stringify({ backend: 'portable', watch: address, ...options }),
    ];
    const program = await net.client.spawn(command, args);
    await program.nextLine(isAbout('watching'));
    return program;
  };
  const isAbout = (what: string) => (line: string) => line.includes(`"${what}"`);

  it('is invalidated when its address is gone', async ({ expect }) => {
    await using program = await watch('10.1.0.1');
    await net.client.ip('addr del 10.1.0.1/32 dev eth0');
    for (const event of ['suspect', 'invalidated']) {
      const said: unknown = JSON.parse(await program.nextLine(isAbout('event')));
      expect(said).toEqual({ event, reason: 'source-removed' });
    }
  });

  it('recovers when its address is back within the grace period', async ({ expect }) => {
    await using program = await watch('10.1.0.2');
    await using ip = await IpShell.open(net.client);
    await ip.run('addr del 10.1.0.2/32 dev eth0');
    await program.nextLine(isAbout('suspect'));
    await ip.run('addr add 10.1.0.2/32 dev eth0');
    const next: unknown = JSON.parse(await program.nextLine(isAbout('event')));
    expect(next).toEqual({ event: 'recovered', reason: null });
  });

  it('is not closed because the interfaces cannot be read for a moment: no file descriptors are left', async ({
    expect,
  }) => {
    await using program = await watch('10.1.0.3', ['prlimit', '--nofile=64'], { exhaust: true });
    await program.exit;
    expect(program.lines).toContain('{"exhausted":"EMFILE"}');
    expect(program.lines.filter((line) => line.includes('"event"'))).toEqual([]);
  });
});

describe('receivedAt on the portable backend', () => {
  it('is on the clock of process.hrtime(), as everywhere', async () => {
    await using monitor = await NetworkMonitor.start({ backend: 'portable' });
    const now = Number(process.hrtime.bigint()) / 1e6;
    expect(Math.abs(now - monitor.receivedAt)).toBeLessThan(1000);
  });
});

/** The package as it is installed, but without build/ and prebuilds/. */
async function packageWithoutAddon(): Promise<{ readonly script: string } & AsyncDisposable> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folder = await mkdtemp(path.join(tmpdir(), 'roamkit-bare-'));
  for (const part of ['package.json', 'native/binding.cjs']) {
    await mkdir(path.dirname(path.join(folder, part)), { recursive: true });
    await cp(path.join(root, part), path.join(folder, part));
  }
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const script = path.join(folder, 'dist', 'portable.mjs');
  await build({
    entryPoints: [path.join(root, 'test/fixtures/programs/portable.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['#native'],
    logLevel: 'error',
  });
  return { script, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
