import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { HeldSocket } from '../../main/chromium/held-socket.js';
import { type HeldPort, Holder } from '../fixtures/holder.js';
import { InventoryTaker } from '../fixtures/inventory-taker.js';
import { type Host, type TwoLinkLab, twoLinkLab, waitFor } from '../lab/index.js';

// Another process's TCP connections: which it has, and how single ones are ended. The kernel does the same for any process as
// for Chromium's network service.

const DENY_CALL = fileURLToPath(new URL('../fixtures/deny-call.py', import.meta.url));

interface HolderLab extends AsyncDisposable {
  readonly net: TwoLinkLab;
  readonly holder: Holder;
  readonly taker: InventoryTaker;
  /** The held connections that the inventory finds, by local port. */
  readonly find: (held: readonly HeldPort[]) => Promise<HeldSocket[]>;
}

async function holderLab({
  launcher = [],
  holderLauncher = [],
  version = 'v4',
  ...options
}: {
  readonly launcher?: readonly string[];
  readonly holderLauncher?: readonly string[];
  readonly version?: 'v4' | 'v6';
  readonly undumpable?: boolean;
} = {}): Promise<HolderLab> {
  const net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const holder = await Holder.start(net.client, {
    host: net.addresses.server[version],
    port,
    launcher: holderLauncher,
    ...options,
  });
  const taker = await InventoryTaker.start(net.client, launcher);
  return {
    net,
    holder,
    taker,
    async find(held) {
      const { sockets } = await taker.inventory([holder.pid]);
      return held.map(({ port: local }) => {
        const found = sockets.find((socket) => socket.local.port === local);
        if (found === undefined) throw new Error(`no connection from port ${local}`);
        return found;
      });
    },
    async [Symbol.asyncDispose]() {
      await net.close();
    },
  };
}

// As `ss` writes it: addresses, descriptor, inode, cookie.
function asSsWrites({ local, remote, fd, inode, cookie }: HeldSocket): string {
  const text = ({ address, port }: HeldSocket['local']): string =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return [text(local), text(remote), `fd=${fd}`, `ino:${inode}`, `sk:${cookie.toString(16)}`].join(' ');
}

async function ss(host: Host, pid: number): Promise<string[]> {
  const { stdout } = await host.exec('ss', ['-tnpeH']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(`pid=${pid},`))
    .map((line) => {
      const [, , , local, remote] = line.trim().split(/\s+/);
      return [local, remote, ...['fd=\\d+', 'ino:\\d+', 'sk:\\w+'].map((part) => line.match(part)?.[0])].join(
        ' ',
      );
    })
    .sort();
}

/** Resolves when the process has stopped: one that waits for a processor finishes its system call before it does. */
async function stopped(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await waitFor(() => / T \d+ /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')), {
    what: 'the process to stop',
  });
}

describe.each(['v4', 'v6'] as const)('the inventory of a process (%s)', (version) => {
  const snapshots = Number(process.env['ROAMKIT_TEST_SNAPSHOTS'] ?? 50);
  it(
    'equals `ss -tnp` at any moment while connections come and go',
    async () => {
      await using lab = await holderLab({ version });
      await lab.holder.churn(60);
      let most = 0;
      for (let round = 0; round < snapshots; round++) {
        // So that both see the same.
        await stopped(lab.holder.pid);
        const theirs = await ss(lab.net.client, lab.holder.pid);
        const { sockets, access } = await lab.taker.inventory([lab.holder.pid]);
        process.kill(lab.holder.pid, 'SIGCONT');
        expect(sockets.map(asSsWrites).sort()).toEqual(theirs);
        expect(access).toEqual({ healing: 'precise', reason: null });
        most = Math.max(most, sockets.length);
        await lab.holder.churn(60);
      }
      expect(most).toBeGreaterThan(10);
    },
    20_000 + snapshots * 200,
  );
});

it('knows nothing of other processes, and nothing of those that are gone', async () => {
  await using lab = await holderLab();
  await using other = await Holder.start(lab.net.client, {
    host: lab.net.addresses.server.v4,
    port: 1,
  });
  await lab.holder.open(3);
  expect((await lab.taker.inventory([other.pid])).sockets).toEqual([]);
  expect((await lab.taker.inventory([lab.holder.pid, other.pid])).sockets).toHaveLength(3);
  await lab.holder.process.stop('SIGKILL');
  expect(await lab.taker.inventory([lab.holder.pid])).toEqual({
    sockets: [],
    access: { healing: 'precise', reason: null },
  });
});

describe('a connection of another process that is ended', () => {
  it('is reset, at once and for good; the others work on', async () => {
    await using lab = await holderLab();
    const held = await lab.holder.open(3);
    const [, second] = await lab.find(held);
    expect(await lab.taker.reset(second ? [second] : [])).toEqual(['reset']);
    const fds = held.map(({ fd }) => fd);
    expect(await lab.holder.heard(fds)).toEqual(['EAGAIN', 'ECONNRESET', 'EAGAIN']);
    expect(await Promise.all([fds[0], fds[2]].map((fd = -1) => lab.holder.ask(fd)))).toEqual([
      'alive',
      'alive',
    ]);
  });

  it('ends with an error, not as if the peer had said all, also with data still to be read', async () => {
    await using lab = await holderLab();
    const held = await lab.holder.open(1);
    const fds = held.map(({ fd }) => fd);
    expect(await lab.taker.reset(await lab.find(held))).toEqual(['reset']);
    expect(await lab.holder.heard(fds)).toEqual(['ECONNRESET']);
    expect(await lab.holder.ask(fds[0] ?? -1)).toBe('EPIPE');
  });

  it('is found where the process has moved it, and what it has put in its place is not touched', async () => {
    await using lab = await holderLab();
    const held = await lab.holder.open(1);
    const found = await lab.find(held);
    const { moved, other } = await lab.holder.move(held[0]?.fd ?? -1);
    expect(await lab.taker.reset(found)).toEqual(['reset']);
    expect(await lab.holder.heard([moved, other])).toEqual(['ECONNRESET', 'EAGAIN']);
    expect(await lab.holder.ask(other)).toBe('alive');
  });

  it('may still be connecting', async () => {
    await using lab = await holderLab();
    // Nobody there answers, and no router says so.
    const held = await lab.holder.connect('198.51.100.77');
    const [found] = await lab.find([held]);
    expect(found?.state).toBe(2);
    expect(await lab.taker.reset(found ? [found] : [])).toEqual(['reset']);
    expect((await lab.taker.inventory([lab.holder.pid])).sockets).toEqual([]);
  });

  it('is left alone where it has ended by itself, or its process has', async () => {
    await using lab = await holderLab();
    const held = await lab.holder.open(2);
    const found = await lab.find(held);
    const [first, second] = held.map(({ fd }) => fd);
    await lab.holder.close([first ?? -1]);
    // Under the same descriptor.
    const [next] = await lab.holder.open(1);
    expect(next?.fd).toBe(first);
    expect(await lab.taker.reset(found.slice(0, 1))).toEqual(['gone']);
    expect(await lab.holder.heard([next?.fd ?? -1, second ?? -1])).toEqual(['EAGAIN', 'EAGAIN']);
    await lab.holder.process.stop('SIGKILL');
    expect(await lab.taker.reset(found)).toEqual(['gone', 'gone']);
  });
});

it('leaves nothing behind after 10,000 connections were ended and a hundred inventories taken', async () => {
  await using lab = await holderLab();
  const ended = new Map<string, number>();
  const round = async (): Promise<void> => {
    const held = await lab.holder.open(500);
    for (const outcome of await lab.taker.reset(await lab.find(held)))
      ended.set(outcome, (ended.get(outcome) ?? 0) + 1);
    await lab.holder.close(held.map(({ fd }) => fd));
    for (let n = 0; n < 4; n++) await lab.taker.inventory([lab.holder.pid]);
  };
  await round();
  const before = await lab.taker.holdings();
  for (let n = 0; n < 19; n++) await round();
  expect(ended).toEqual(new Map([['reset', 10_000]]));
  expect(await lab.taker.holdings()).toEqual(before);
}, 120_000);

describe('where it is denied', () => {
  const launcher = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
  const WITHOUT_CAPABILITIES = { launcher, holderLauncher: launcher };

  it.each([
    ['pidfd_getfd', 'ENOSYS', /pidfd_getfd .* \(needs Linux 5\.6, or a sandbox that lets it through\)$/],
    ['pidfd_open', 'ENOSYS', /pidfd_open .* \(needs Linux 5\.6/],
    ['pidfd_getfd', 'EPERM', /pidfd_getfd .* \(denied by a sandbox, by Yama's kernel\.yama\.ptrace_scope/],
  ])('%s failing with %s leaves coarse means, and says why', async (call, error, reason) => {
    await using lab = await holderLab({ launcher: ['python3', DENY_CALL, call, error] });
    const held = await lab.holder.open(2);
    const { access } = await lab.taker.inventory([lab.holder.pid]);
    expect(access).toEqual({ healing: 'coarse', reason: expect.stringMatching(reason) });
    expect(new Set(await lab.taker.reset(await lab.find(held)))).toEqual(new Set([error]));
    expect(await lab.holder.heard(held.map(({ fd }) => fd))).toEqual(['EAGAIN', 'EAGAIN']);
  });

  it.each([
    ['pidfd_open', 'ESRCH'],
    ['pidfd_getfd', 'ESRCH'],
    ['pidfd_getfd', 'EBADF'],
  ])('%s failing with %s denies nothing: process or descriptor have just ended', async (call, error) => {
    await using lab = await holderLab({ launcher: ['python3', DENY_CALL, call, error] });
    const held = await lab.holder.open(2);
    const { access } = await lab.taker.inventory([lab.holder.pid]);
    expect(access).toEqual({ healing: 'precise', reason: null });
    expect(await lab.taker.reset(await lab.find(held))).toEqual(['gone', 'gone']);
  });

  it('a process that is not dumpable cannot be looked into, by who has no privilege', async () => {
    await using lab = await holderLab({ ...WITHOUT_CAPABILITIES, undumpable: true });
    await lab.holder.open(2);
    expect(await lab.taker.inventory([lab.holder.pid])).toEqual({
      sockets: [],
      access: { healing: 'coarse', reason: expect.stringMatching(/\/proc\/PID\/fd.*not dumpable/) },
    });
  });

  it('one that is dumpable can, without any privilege', async () => {
    await using lab = await holderLab(WITHOUT_CAPABILITIES);
    const held = await lab.holder.open(2);
    expect(await lab.taker.reset(await lab.find(held))).toEqual(['reset', 'reset']);
  });
});
