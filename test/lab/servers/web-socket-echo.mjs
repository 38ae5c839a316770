// A WebSocket server that sends back each message. A client of /whoami is first told its own address.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen } from './listen.mjs';

const http = createServer((_request, response) => response.writeHead(426).end());
new WebSocketServer({ server: http }).on('connection', (socket, request) => {
  socket.on('error', () => {});
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  // A client that has given up meanwhile has no address any more.
  if (request.url === '/whoami') socket.send((request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
});
listen(http);
