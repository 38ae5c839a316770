import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { installRoamingWebSocket } from '../../../renderer/install-roaming-web-socket.js';
import { RoamingWebSocket } from '../../../renderer/roaming-web-socket.js';
import { PageNetworkLab } from './page-network-lab.js';

const { waitFor } = vi;
const native = WebSocket as unknown as typeof globalThis.WebSocket;
const before = globalThis.WebSocket;

beforeEach(() => {
  globalThis.WebSocket = native;
});
afterEach(() => {
  globalThis.WebSocket = before;
});

it('takes the place of the class, and gives it back', async () => {
  await using lab = await PageNetworkLab.open();
  const undo = installRoamingWebSocket({ client: lab.client });
  const socket = new globalThis.WebSocket(lab.server.url);
  expect(socket).toBeInstanceOf(RoamingWebSocket);
  expect(socket).toBeInstanceOf(globalThis.WebSocket);
  expect(String(socket)).toBe('[object WebSocket]');
  expect([globalThis.WebSocket.name, globalThis.WebSocket.OPEN]).toEqual(['WebSocket', 1]);
  undo();
  expect(globalThis.WebSocket).toBe(native);
  await waitFor(() => expect(socket.readyState).toBe(1));
  socket.close();
});

it('takes sockets of the class it replaced for its own', async () => {
  await using lab = await PageNetworkLab.open();
  const plain = new native(lab.server.url);
  const undo = installRoamingWebSocket({ client: lab.client });
  expect(plain).toBeInstanceOf(globalThis.WebSocket);
  expect({}).not.toBeInstanceOf(globalThis.WebSocket);
  undo();
  await waitFor(() => expect(plain.readyState).toBe(1));
});

it('has sockets end with their path, and come back only if so told', async () => {
  await using lab = await PageNetworkLab.open();
  const [ending, returning] = [{}, { maxRetries: Number.POSITIVE_INFINITY }].map((options) => {
    const undo = installRoamingWebSocket({ client: lab.client, ...options });
    const socket = new globalThis.WebSocket(lab.server.url);
    undo();
    return socket;
  });
  await waitFor(() => expect([ending?.readyState, returning?.readyState]).toEqual([1, 1]));
  lab.move('now', []);
  lab.invalidate(1);
  lab.invalidate(2);
  expect([ending?.readyState, returning?.readyState]).toEqual([3, 0]);
  await waitFor(() => expect(returning?.readyState).toBe(1));
  returning?.close();
});

it('does not stand in for itself: a RoamingWebSocket made later is made of the native class', async () => {
  await using lab = await PageNetworkLab.open();
  const undo = [
    installRoamingWebSocket({ client: lab.client }),
    installRoamingWebSocket({ client: lab.client }),
  ];
  const socket = new RoamingWebSocket(lab.server.url, [], { client: lab.client });
  await waitFor(() => expect(socket.readyState).toBe(1));
  expect(lab.tracked).toEqual([1]);
  socket.close();
  for (const takeBack of undo.toReversed()) takeBack();
  expect(globalThis.WebSocket).toBe(native);
});
