import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Target } from '../../shared/options.js';

const HOST = '127.0.0.1';

/** Little servers on this computer: connections to them are to be left alone, whatever happens to the network. */
export interface LoopbackServers {
  readonly tcp: Target;
  readonly webSocket: Target;
}

export async function startLoopbackServers(): Promise<LoopbackServers> {
  const tcp = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, HOST);
  const webSocket = new WebSocketServer({ host: HOST, port: 0 });
  webSocket.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await Promise.all([once(tcp, 'listening'), once(webSocket, 'listening')]);
  return { tcp: targetOf(tcp.address()), webSocket: targetOf(webSocket.address()) };
}

function targetOf(address: AddressInfo | string | null): Target {
  if (address === null || typeof address === 'string') throw new Error('a server that listens has a port');
  return { host: HOST, port: address.port };
}
