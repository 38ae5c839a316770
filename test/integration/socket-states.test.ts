import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SocketInState, type SocketStateOptions } from '../fixtures/socket-states.js';
import {
  allDefaultsRemoved,
  type LabServer,
  linkDeleted,
  linkDown,
  type TwoLinkLab,
  twoLinkLab,
} from '../lab/index.js';

// Sockets in every state, of an application that calls trackAll() and no more.

// Nobody answers there: the router drops what is sent to them.
const SILENT = { v4: '203.0.113.99', v6: '2001:db8:3::99' };
const UNROUTABLE = 'error ERR_ROAMKIT_UNROUTABLE';

let net: TwoLinkLab;
let echo: LabServer;
beforeAll(async () => {
  net = await twoLinkLab();
  echo = await net.server.tcpEcho();
  await net.router.ip([`route add blackhole ${SILENT.v4}/32`, `route add blackhole ${SILENT.v6}/128`]);
});
afterAll(() => net?.close());

const start = (options: Partial<SocketStateOptions> & Pick<SocketStateOptions, 'state'>) =>
  SocketInState.start(net.client, { host: net.addresses.server.v4, port: echo.port, ...options });

async function linkLocalOfRouter(): Promise<string> {
  const { stdout } = await net.router.exec('ip', '-6 -o addr show dev eth0 scope link'.split(' '));
  return /fe80::[0-9a-f:]+/.exec(stdout)?.[0] ?? '';
}

/** Takes Ethernet down until the test is over. */
async function loseEthernet(): Promise<void> {
  onTestFinished(await linkDown(net.ethernet.a));
}

describe('a socket that is connecting', () => {
  it.each<Pick<SocketStateOptions, 'state' | 'host'>>([
    { state: 'connecting', host: SILENT.v4 },
    { state: 'connecting', host: SILENT.v6 },
    { state: 'connecting', host: `::ffff:${SILENT.v4}` },
    { state: 'connecting with TLS', host: SILENT.v4 },
  ])('fails at once when its path goes, instead of timing out: $state to $host', async (options) => {
    await using socket = await start(options);
    const label = options.host.includes('db8') ? `[${SILENT.v6}]` : SILENT.v4;
    expect(await socket.holds()).toMatchObject([{ state: 'pending', label: `${label}:${echo.port}` }]);
    await loseEthernet();
    await socket.next('closed');
    expect(socket.story).toEqual([
      `suspect link-down ${label}:${echo.port}`,
      `invalidated link-down ${label}:${echo.port}`,
      UNROUTABLE,
      'closed',
    ]);
    expect(await socket.holds()).toEqual([]);
  });

  it('fails when the routes go, and its link stays', async () => {
    await using socket = await start({ state: 'connecting', host: SILENT.v4 });
    onTestFinished(await allDefaultsRemoved(net.client));
    await socket.next('closed');
    expect(socket.story.slice(1)).toEqual([
      `invalidated no-route ${SILENT.v4}:${echo.port}`,
      UNROUTABLE,
      'closed',
    ]);
  });

  it('is left to go on when the path is back within the grace period, and connects', async () => {
    // Its first SYN is dropped; the second comes after a second.
    await net.router.ip(`route add blackhole ${net.addresses.server.v4}/32`);
    let isBlocked = true;
    const unblock = async (): Promise<void> => {
      if (isBlocked) await net.router.ip(`route del blackhole ${net.addresses.server.v4}/32`);
      isBlocked = false;
    };
    onTestFinished(unblock);
    await using socket = await start({ state: 'connecting', graceMs: 3000 });
    const undo = await allDefaultsRemoved(net.client);
    await socket.next('suspect');
    await undo();
    await socket.next('recovered');
    await unblock();
    await socket.next('connected');
    expect(await socket.holds()).toMatchObject([{ state: 'routable' }]);
    expect(socket.story.map((line) => line.split(' ')[0])).toEqual(['suspect', 'recovered', 'connected']);
  });

  it('keeps its state while another path is lost', async () => {
    await using socket = await start({ state: 'connecting', host: SILENT.v4 });
    const undo = await linkDown(net.wifi.a);
    await undo();
    expect([(await socket.holds()).map(({ state }) => state), socket.story]).toEqual([['pending'], []]);
  });
});

describe('of several addresses', () => {
  const several = (addresses: readonly string[], attemptMs: number) =>
    start({ state: 'connecting to one of several', host: 'server.example', addresses, attemptMs });

  it('one that is lost costs its attempt only: the next one connects', async () => {
    await using socket = await several([SILENT.v6, net.addresses.server.v4], 1000);
    onTestFinished(await allDefaultsRemoved(net.client, { family: 6 }));
    await socket.next('connected');
    expect(socket.story).toEqual([
      `attempt ${SILENT.v6}`,
      `attempt ${net.addresses.server.v4}`,
      `connected ${net.addresses.ethernet.v4}`,
    ]);
    expect(await socket.holds()).toMatchObject([
      { state: 'routable', flow: { remote: { port: echo.port } } },
    ]);
  });

  it('the last one is judged: nothing is left to try', async () => {
    await using socket = await several([SILENT.v6, SILENT.v4], 50);
    await socket.next(`attempt ${SILENT.v4}`);
    await loseEthernet();
    await socket.next('closed');
    expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
  });

  it('a single one is the last', async () => {
    await using socket = await several([SILENT.v4], 50);
    await loseEthernet();
    await socket.next('closed');
    expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
  });
});

describe('a connected socket is closed at once when its path goes', () => {
  it('half-closed', async () => {
    // The kernel accepts, and its program does not answer the FIN.
    await using stopped = await net.server.tcpEcho();
    process.kill(stopped.process.pid, 'SIGSTOP');
    await using socket = await start({ state: 'half-closed', port: stopped.port });
    await loseEthernet();
    await socket.next('closed');
    process.kill(stopped.process.pid, 'SIGKILL');
    expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
  });

  it.each(['with unsent data', 'paused'] as const)('%s', async (state) => {
    await using socket = await start({ state });
    await loseEthernet();
    await socket.next('closed');
    expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
  });

  it('by an address that is mapped into IPv6', async () => {
    await using socket = await start({ state: 'connected', host: `::ffff:${net.addresses.server.v4}` });
    expect(await socket.holds()).toMatchObject([{ flow: { remote: { address: net.addresses.server.v4 } } }]);
    await loseEthernet();
    await socket.next('closed');
    expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
  });

  it('by a link-local address with its scope', async () => {
    const address = await linkLocalOfRouter();
    await using local = await net.router.tcpEcho();
    await using socket = await start({ state: 'connected', host: `${address}%eth0`, port: local.port });
    expect(await socket.holds()).toMatchObject([{ flow: { remote: { address: `${address}%eth0` } } }]);
    await loseEthernet();
    await socket.next('closed');
    expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
  });
});

describe('a socket that is bound to an address', () => {
  const bound = (localAddress: string) => start({ state: 'connected', localAddress });

  it('is closed with that address', async () => {
    await net.client.ip('addr add 198.51.100.7/24 dev eth0');
    await using socket = await bound('198.51.100.7');
    await using other = await start({ state: 'connected' });
    await net.client.ip('addr del 198.51.100.7/24 dev eth0');
    await socket.next('closed');
    expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
    expect(other.story).toHaveLength(1);
  });

  it('outlives the loss of the link that it does not use', async () => {
    await net.client.ip(['rule add from 192.0.2.1 table 77', 'route add default via 192.0.2.254 table 77']);
    onTestFinished(async () => {
      await net.client.ip(['rule del from 192.0.2.1 table 77', 'route flush table 77']);
    });
    await using socket = await bound(net.addresses.wifi.v4);
    await using other = await start({ state: 'connected' });
    await loseEthernet();
    await other.next('closed');
    expect(socket.story).toEqual([`connected ${net.addresses.wifi.v4}`]);
    expect(await socket.holds()).toMatchObject([{ state: 'routable' }]);
  });
});

describe('a UDP socket', () => {
  it.each(['v4', 'v6'] as const)(
    'is tracked once connected, and closed with an error (%s)',
    async (version) => {
      await using socket = await start({ state: 'connected UDP', host: net.addresses.server[version] });
      expect(socket.story).toEqual([
        'refused target: is a UDP socket that is not connected: call connect() and wait for it',
      ]);
      expect(await socket.holds()).toMatchObject([
        { flow: { protocol: 'udp', remote: { address: net.addresses.server[version] } } },
      ]);
      await loseEthernet();
      await socket.next('closed');
      expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
      expect(await socket.holds()).toEqual([]);
    },
  );
});

describe('a socket in a pool', () => {
  it('is closed when the link of its scope is deleted, and nothing is thrown', async () => {
    const address = await linkLocalOfRouter();
    await using local = await net.router.tcpEcho();
    await using socket = await start({ state: 'in a pool', host: `${address}%eth0`, port: local.port });
    onTestFinished(await linkDeleted(net.ethernet));
    await socket.next('closed');
    expect(socket.story.slice(-2)).toEqual([UNROUTABLE, 'closed']);
    expect(socket.story.filter((line) => line.startsWith('uncaught'))).toEqual([]);
  });
});
