// What the crowd's pages talk to: WebSockets whose messages come back, and answers and server-sent events without end. Each begins with
// the port that the client has; numbers and times follow. Tells its own port in a line of JSON.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const PAUSE_MS = 200;

function sendForEver(response: ServerResponse, clientPort: number, line: (text: string) => string): void {
  let count = 0;
  response.write(line(String(clientPort)));
  const timer = setInterval(() => response.write(line(`${count++} ${Date.now()}`)), PAUSE_MS);
  response.once('close', () => clearInterval(timer));
}

const server = createServer((request, response) => {
  const isEvents = request.url === '/events';
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-type', isEvents ? 'text/event-stream' : 'text/plain');
  sendForEver(response, request.socket.remotePort ?? 0, (text) =>
    isEvents ? `data: ${text}\n\n` : `${text}\n`,
  );
});
new WebSocketServer({ server }).on('connection', (socket, request) => {
  socket.on('error', () => {});
  socket.on('message', (data) => socket.send(String(data)));
  socket.send(String(request.socket.remotePort));
});
server.listen(0, '::', () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })));
process.stdin.resume().on('close', () => process.exit(0));
