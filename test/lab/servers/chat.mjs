// The server of a chat: keeps each message that it is sent, `{"id":1,"text":"hello"}`, once, by its id, and sends every one back for an
// answer. What it keeps it prints, a line each, as JSON.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen } from './listen.mjs';

const kept = new Set();
const http = createServer((_request, response) => response.writeHead(426).end());
new WebSocketServer({ server: http }).on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (data) => {
    const { id, text } = JSON.parse(String(data));
    if (!kept.has(id)) console.log(JSON.stringify({ id, text }));
    kept.add(id);
    socket.send(String(data));
  });
});
listen(http);
