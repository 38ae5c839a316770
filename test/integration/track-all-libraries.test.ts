import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { LibraryProgram } from '../fixtures/guarded-library.js';
import { linkDown, type TwoLinkLab, twoLinkLab, waitFor } from '../lab/index.js';

// Libraries that know nothing of roamkit, in an application that calls trackAll() and no more (test/fixtures/libraries/).

let net: TwoLinkLab;
beforeAll(async () => {
  net = await twoLinkLab();
  // The server's second address, by Wi-Fi.
  await net.server.ip('addr add 203.0.113.2/24 dev eth0');
  await net.client.ip('route add 203.0.113.2/32 via 192.0.2.254 dev wlan0');
});
afterAll(() => net?.close());

const UNROUTABLE = 'ERR_ROAMKIT_UNROUTABLE';

describe.each<readonly [library: string, losses: readonly string[]]>([
  ['net', [`error ${UNROUTABLE}`, 'close']],
  ['tls', [`error ${UNROUTABLE}`, 'close']],
  ['tls-over-net', [`error ${UNROUTABLE}`, 'close']],
  ['http', [`request failed ${UNROUTABLE}`]],
  ['https', [`request failed ${UNROUTABLE}`]],
  ['undici', [`request failed ${UNROUTABLE}`]],
  ['fetch', [`request failed TypeError ${UNROUTABLE}`]],
  ['ws', ['close 1006']],
  ['http-connect', [`error ${UNROUTABLE}`, 'close']],
  ['socks', [`error ${UNROUTABLE}`, 'close']],
  ['http2', [`error ${UNROUTABLE}`, 'close']],
  ['socket-io', ['disconnect: transport close']],
  ['mqtt', [`error ${UNROUTABLE}`, 'close']],
  ['pg', [`error ${UNROUTABLE}`, 'error Error', 'end']],
  ['ssh2', [`error ${UNROUTABLE}`, 'close']],
])('%s', (library, losses) => {
  it('hears at once of a path that dies, keeps the other one, and works again by another way', async () => {
    await using server = await LibraryProgram.start(net.server, library, 'server');
    await using client = await LibraryProgram.start(net.client, library, 'client');
    const { port } = server;
    const host = net.addresses.server.v4;
    await client.connect('by Ethernet', { host, port });
    await client.connect('by Wi-Fi', { host: '203.0.113.2', port });
    await client.exchange('by Ethernet');
    const undo = await linkDown(net.ethernet.a);
    onTestFinished(undo);
    await waitFor(() => client.losses('by Ethernet').length >= losses.length, {
      what: 'the end',
      timeoutMs: 2000,
    });
    await client.exchange('by Wi-Fi');
    await client.connect('again', { host, port });
    await client.exchange('again');
    expect(client.losses('by Ethernet')).toEqual(losses);
    expect(client.losses('by Wi-Fi')).toEqual([]);
    // A database takes its time to start.
  }, 60_000);
});

describe.each(['net', 'ws', 'http2'])('a server of %s', (library) => {
  it('hears at once of a client whose path dies, and keeps those by the other one', async () => {
    await using server = await LibraryProgram.start(net.client, library, 'guarded-server');
    await using client = await LibraryProgram.start(net.server, library, 'client');
    const { port } = server;
    await client.connect('by Ethernet', { host: net.addresses.ethernet.v4, port });
    await client.connect('by Wi-Fi', { host: net.addresses.wifi.v4, port });
    await client.exchange('by Ethernet');
    await client.exchange('by Wi-Fi');
    onTestFinished(await linkDown(net.ethernet.a));
    await waitFor(() => server.losses(net.addresses.ethernet.v4).length > 0, { what: 'the end' });
    await client.exchange('by Wi-Fi');
    expect(server.losses(net.addresses.ethernet.v4)).toEqual(['invalidated link-down']);
    expect(server.losses(net.addresses.wifi.v4)).toEqual([]);
  });
});
