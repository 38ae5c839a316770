import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bundleLabProgram } from '../lab/bundle.js';
import { HostProcess } from '../lab/host-process.js';
import { Lab, waitFor } from '../lab/index.js';

const enterScript = fileURLToPath(new URL('../lab/enter.mjs', import.meta.url));
const runFromStdin = [process.execPath, '--input-type=module', '-'];
const isRealRoot =
  process.getuid?.() === 0 && readFileSync('/proc/self/uid_map', 'utf8').includes('4294967295');

function netnsInode(path: string): number {
  return statSync(path).ino;
}

/** A process that was killed but that its parent has not yet asked about has no namespaces any more. */
function isAlive(pid: number | string): boolean {
  return existsSync(`/proc/${pid}/ns/net`);
}

function processesInNetns(inode: number): string[] {
  return readdirSync('/proc').filter((entry) => {
    try {
      return /^\d+$/.test(entry) && netnsInode(`/proc/${entry}/ns/net`) === inode;
    } catch {
      return false;
    }
  });
}

describe('clean-up', () => {
  it('leaves no process and no namespace when a lab is closed, not even a daemon', async () => {
    const lab = await Lab.create();
    const client = await lab.host('client');
    const [inode, holder] = [netnsInode(client.netns), client.netnsPid];
    const program = await client.spawn('sh', [
      '-c',
      'setsid sleep 300 >/dev/null 2>&1 & echo $!; exec sleep 300',
    ]);
    const daemon = await program.nextLine();
    expect(processesInNetns(inode)).toEqual(
      expect.arrayContaining([String(program.pid), daemon, String(holder)]),
    );
    await lab.close();
    expect(processesInNetns(inode)).toEqual([]);
    for (const pid of [program.pid, daemon, holder]) expect(isAlive(pid)).toBe(false);
  });

  const program = `
    import { Lab } from './index.js';
    const lab = await Lab.create();
    const [client, server] = await Promise.all([lab.host('client'), lab.host('server')]);
    await lab.link(client, server);
    const child = await client.spawn('sh', ['-c', 'setsid sleep 300 >/dev/null 2>&1 & echo $!; exec sleep 300']);
    await child.nextLine();
    console.log(JSON.stringify([client.netnsPid, server.netnsPid, child.pid]));`;

  it.each([
    ['the process is SIGKILLed', 'await new Promise((resolve) => setTimeout(resolve, 1e6));', true],
    ['the process exits without closing its lab', 'process.exit(0);', false],
    ['the process throws', "throw new Error('on purpose');", false],
  ])('leaves nothing when %s', async (_, ending, isToBeKilled) => {
    const command = { command: process.execPath, args: runFromStdin.slice(1) };
    await using process_ = await HostProcess.start('this machine', command, command);
    // The ending waits for its line, so that the namespaces can be looked at first.
    const wait = isToBeKilled ? '' : "await new Promise((resolve) => process.once('SIGUSR2', resolve));";
    process_.stdin.end(await bundleLabProgram(`${program}\n${wait}\n${ending}`));
    const pids = JSON.parse(await process_.nextLine()) as number[];
    const inodes = pids.map((pid) => netnsInode(`/proc/${pid}/ns/net`));
    expect(inodes.flatMap(processesInNetns).length).toBeGreaterThanOrEqual(4);
    process.kill(process_.pid, isToBeKilled ? 'SIGKILL' : 'SIGUSR2');
    await process_.exit;
    await waitFor(() => inodes.flatMap(processesInNetns).length === 0, {
      what: 'the namespaces to be empty',
    });
  });

  it('lets a process end that forgot its lab', async () => {
    const source = `
      import { Lab } from './index.js';
      const lab = await Lab.create();
      const client = await lab.host('client');
      console.log(client.netnsPid);`;
    const { status, stdout } = spawnSync(process.execPath, runFromStdin.slice(1), {
      input: await bundleLabProgram(source),
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(status).toBe(0);
    await waitFor(() => !isAlive(stdout.trim()), { what: 'the holder to be gone' });
  });
});

describe('enter.mjs', () => {
  const source = `
    import { linkDown, twoLinkLab } from './index.js';
    await using net = await twoLinkLab();
    await net.client.sysctl('net.ipv4.conf.all.promote_secondaries', 1);
    const server = await net.server.spawn(process.execPath, ['-e',
      'const s = require("net").createServer((c) => c.pipe(c)).listen(7, "::", () => console.log("up")); process.stdin.resume().on("end", () => process.exit())']);
    await server.nextLine();
    const connect = (address) => net.client.exec(process.execPath, ['-e',
      'const s = require("net").connect(7, process.argv[1], () => { console.log(s.localAddress); s.destroy(); })', address]);
    const before = await connect('203.0.113.1');
    await linkDown(net.ethernet.a);
    const after = await connect('2001:db8:3::1');
    console.log(JSON.stringify([process.getuid(), before.stdout.trim(), after.stdout.trim()]));`;

  it.skipIf(!isRealRoot)('lets an ordinary user build a lab', async () => {
    const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
    const { stdout, stderr } = spawnSync(
      'setpriv',
      [...user, process.execPath, enterScript, ...runFromStdin],
      {
        input: await bundleLabProgram(source),
        encoding: 'utf8',
        timeout: 30_000,
      },
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([0, '198.51.100.1', '2001:db8:1::1']);
  });

  it('passes the exit code on', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [enterScript, ...args], { encoding: 'utf8' });
    expect(run('sh', '-c', 'exit 7').status).toBe(7);
    expect(run('sh', '-c', 'kill -KILL $$').status).toBe(137);
    expect(run('/no/such/command').status).toBe(127);
    expect(run().status).toBe(2);
  });

  it('passes signals on, and takes the command along when it is killed itself', async () => {
    const script = 'trap "exit 9" TERM; echo $$; while :; do sleep 0.02; done';
    const command = { command: process.execPath, args: [enterScript, 'sh', '-c', script] };
    const [asked, killed] = await Promise.all([
      HostProcess.start('this machine', command, command),
      HostProcess.start('this machine', command, command),
    ]);
    await asked.nextLine();
    expect(await asked.stop('SIGTERM')).toEqual({ code: 9, signal: null });
    const pid = await killed.nextLine();
    process.kill(killed.pid, 'SIGKILL');
    await waitFor(() => !isAlive(pid), { what: 'the command to end' });
  });

  it('gives a command a network of its own with --own-net, where Lab.here() is a host', async () => {
    const here = `
      import { Lab, twoLinkLab } from './index.js';
      await using here = await Lab.here();
      for (const round of [1, 2]) {
        await using net = await twoLinkLab({ client: here });
        const links = (await here.dump()).links.map((link) => link.ifname).sort();
        console.log(JSON.stringify([links, (await here.routeLines(4, 'default')).length]));
      }
      console.log(JSON.stringify((await here.dump()).links.map((link) => link.ifname)));`;
    const { stdout, stderr } = spawnSync(process.execPath, [enterScript, '--own-net', ...runFromStdin], {
      input: await bundleLabProgram(here),
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(stderr).toBe('');
    const inside = [['eth0', 'lo', 'wlan0'], 2];
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([inside, inside, ['lo']]);
  });
});

describe('Lab.here', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("refuses to touch the machine's own network", async () => {
    vi.stubEnv('ROAMKIT_LAB_HERE', undefined);
    await expect(Lab.here()).rejects.toThrow('enter.mjs --own-net COMMAND');
  });
});
