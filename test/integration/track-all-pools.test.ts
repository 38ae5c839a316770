import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startProgram } from '../fixtures/program.js';
import {
  type HostProcess,
  type LabServer,
  linkDown,
  type TwoLinkLab,
  twoLinkLab,
  waitFor,
} from '../lab/index.js';

// Requests 50 ms after a switch, by pools whose connections left by the link that is gone.

let net: TwoLinkLab;
let http: LabServer;
beforeAll(async () => {
  net = await twoLinkLab();
  http = await net.server.http();
});
afterAll(() => net?.close());

/** Makes a request by each pool, and waits for both. */
async function request(client: HostProcess): Promise<void> {
  const before = client.lines.length;
  client.stdin.write('request\n');
  await waitFor(() => client.lines.length >= before + 2, { what: 'both answers', timeoutMs: 10_000 });
}

/** Two connections that wait in their pools; then the link that they left by is gone for 50 ms. */
async function switched(isGuarded: boolean): Promise<HostProcess> {
  const url = `http://${net.addresses.server.v4}:${http.port}/whoami`;
  const client = await startProgram(net.client, 'pooled-requests', { url, isGuarded });
  onTestFinished(async () => void (await client.stop('SIGKILL')));
  await client.nextLine((line) => line === 'ready', { timeoutMs: 10_000 });
  await request(client);
  onTestFinished(await linkDown(net.ethernet.a));
  await delay(50);
  return client;
}

const answers = ({ lines }: HostProcess) => lines.slice(1).toSorted();
const before = () => [`agent ${net.addresses.ethernet.v4}`, `fetch ${net.addresses.ethernet.v4}`];

it('with roamkit, fetch and an http.Agent take the new path', async () => {
  const client = await switched(true);
  await request(client);
  const after = [`agent ${net.addresses.wifi.v4}`, `fetch ${net.addresses.wifi.v4}`];
  expect(answers(client)).toEqual([...before(), ...after].toSorted());
});

it('without, both wait for an answer that does not come', async () => {
  const client = await switched(false);
  client.stdin.write('request\n');
  await delay(2500);
  expect(answers(client)).toEqual(before());
});
