import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { bestDefaultRemoved, Lab, type LabServer, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { SessionsApplication } from './support/sessions-application.js';

let folder: string;
let net: TwoLinkLab;
let dns: LabServer;
let http: LabServer;
let url: string;

const resolvConf = (): string => path.join(folder, 'resolv.conf');
const upstream = (): string => path.join(folder, 'upstream.conf');
const other = '203.0.113.2';

test.beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'roamkit-sessions-'));
  net = await twoLinkLab({ client: await Lab.here() });
  await net.server.ip(`addr add ${other}/24 dev eth0`);
  [dns, http] = await Promise.all([net.server.dns({ host: '0.0.0.0' }), net.server.http()]);
  writeFileSync(resolvConf(), `nameserver ${net.addresses.server.v4}\noptions timeout:1\n`);
  writeFileSync(upstream(), 'nameserver 192.0.2.53\n');
  url = `http://server.example:${http.port}`;
});

test.afterEach(async () => {
  await net.close();
  rmSync(folder, { recursive: true });
});

/** What the DNS server answers from now on. */
async function answer(client: string, address: string): Promise<void> {
  dns.process.stdin.write(`${client} ${address}\n`);
  await dns.process.nextLine((line) => line === 'set');
}

function launch(): Promise<SessionsApplication> {
  return SessionsApplication.launch(
    { resolver: { file: resolvConf(), upstreamFile: upstream() } },
    { '/etc/resolv.conf': resolvConf() },
  );
}

test('names resolved over a path that is gone are forgotten, in sessions made later and cleared ones too', async () => {
  // What many a network does: the same name, another address for each side of a VPN or a router.
  await answer(net.addresses.ethernet.v4, net.addresses.server.v4);
  await answer(net.addresses.wifi.v4, other);
  await using app = await launch();
  const partitions = ['', 'plain', 'later', 'persist:later'];
  for (const partition of partitions) {
    expect(await app.fetch(partition, `${url}/address`)).toBe(net.addresses.server.v4);
  }
  await app.clear('persist:later');
  // A route only: Chromium itself looks at links and addresses.
  await bestDefaultRemoved(net.client);
  for (const partition of partitions.filter((name) => name !== 'plain')) {
    await eventually(() => app.fetch(partition, `${url}/address`), partition).toBe(other);
  }
  expect(await app.fetch('plain', `${url}/address`)).toBe(net.addresses.server.v4);
});

test('names are forgotten when the servers behind a stub are others, and the generation stays', async () => {
  await answer('*', net.addresses.server.v4);
  await using app = await launch();
  for (const partition of ['', 'plain']) {
    expect(await app.fetch(partition, `${url}/address`)).toBe(net.addresses.server.v4);
  }
  const generation = await app.generation();
  await answer('*', other);
  expect(await app.fetch('', `${url}/address`)).toBe(net.addresses.server.v4);
  writeFileSync(upstream(), 'nameserver 192.0.2.54\n');
  await eventually(() => app.fetch('', `${url}/address`)).toBe(other);
  expect(await app.fetch('plain', `${url}/address`)).toBe(net.addresses.server.v4);
  expect(await app.generation()).toBe(generation);
});

test('proxy settings are read anew on a new generation', async () => {
  await using app = await launch();
  const pac = `http://${net.addresses.server.v4}:${http.port}/proxy.pac`;
  const proxies = { '': '', plain: '' };
  for (const partition of ['', 'plain'] as const)
    proxies[partition] = await app.useProxyScript(partition, pac);
  await bestDefaultRemoved(net.client);
  await eventually(() => app.proxy('')).not.toBe(proxies['']);
  expect(await app.proxy('plain')).toBe(proxies.plain);
});

test('no connection is touched: a transfer on the link that stays goes on', async () => {
  await using app = await launch();
  await net.client.ip(`route add ${other}/32 via ${net.addresses.wifiGateway.v4} dev wlan0`);
  await app.follow('', `http://${other}:${http.port}/stream?ms=5`);
  await eventually(() => app.received()).toBeGreaterThan(0);
  const generation = await app.generation();
  await bestDefaultRemoved(net.client);
  await eventually(() => app.generation()).toBeGreaterThan(generation);
  const before = await app.received();
  await eventually(() => app.received()).toBeGreaterThan(before + 200);
  expect(await app.followEnd()).toBeNull();
});
