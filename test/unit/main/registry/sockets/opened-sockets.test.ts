import { once } from 'node:events';
import { createServer, connect as netConnect, type Server, Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onOpenedSocket, type SocketSide } from '../../../../../main/registry/sockets/opened-sockets.js';

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((peer) => peer.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterAll(() => server.close());

const target = () => ({ port, host: '127.0.0.1' });

it.each<readonly [string, () => Socket]>([
  ['net.connect()', () => netConnect(target())],
  ['new net.Socket().connect()', () => new Socket().connect(target())],
  ['tls.connect()', () => tlsConnect(target())],
])('tells of the sockets of %s before they connect, and of those accepted', async (_, open) => {
  const told: (readonly [SocketSide, boolean, Socket])[] = [];
  const stop = onOpenedSocket((socket, side) => told.push([side, socket.pending, socket]));
  const socket = open().on('error', () => {});
  const [accepted] = (await once(server, 'connection')) as [Socket];
  stop();
  expect(told.filter(([, , of]) => of === socket)).toContainEqual(['client', true, socket]);
  expect(told.filter(([, , of]) => of === accepted)).toEqual([['server', false, accepted]]);
  socket.destroy();
});

it('tells each listener until it stops, and then leaves Node as it was', async () => {
  const { connect } = Socket.prototype;
  const told: string[] = [];
  const stopOne = onOpenedSocket((_, side) => told.push(`one ${side}`));
  const stopOther = onOpenedSocket((_, side) => told.push(`other ${side}`));
  expect(Socket.prototype.connect).not.toBe(connect);
  stopOne();
  stopOne();
  const socket = netConnect(target());
  await once(server, 'connection');
  socket.destroy();
  stopOther();
  expect(Socket.prototype.connect).toBe(connect);
  expect(new Set(told)).toEqual(new Set(['other client', 'other server']));
});

it('bears with somebody who hooks connect() after it', async () => {
  const { connect } = Socket.prototype;
  const stop = onOpenedSocket(() => {});
  const ours = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    return Reflect.apply(ours, this, args);
  } as typeof connect;
  stop();
  const silent = netConnect(target());
  await once(silent, 'connect');
  silent.destroy();
  const told: SocketSide[] = [];
  const stopAgain = onOpenedSocket((_, side) => told.push(side));
  new Socket().connect(target()).destroy();
  expect(told).toEqual(['client']);
  Socket.prototype.connect = ours;
  stopAgain();
  expect(Socket.prototype.connect).toBe(connect);
});
