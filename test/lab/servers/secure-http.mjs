// An HTTPS server of HTTP/2 and 1.1 with the paths of http-routes.mjs, and of WebSockets that send back each message. Key and
// certificate are in its argument, as PEM.
import { createSecureServer } from 'node:http2';
import { WebSocketServer } from 'ws';
import { answer } from './http-routes.mjs';
import { listen } from './listen.mjs';

const { key, cert } = JSON.parse(process.argv[2] ?? '{}');
const https = createSecureServer({ key, cert, allowHTTP1: true }, answer);
// What a network takes away in the middle is what the lab is for.
https.on('session', (session) => session.on('error', () => {}));
https.on('tlsClientError', () => {});
new WebSocketServer({ server: https }).on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
listen(https);
