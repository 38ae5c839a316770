// A TCP server that sends back what it gets.
import { createServer } from 'node:net';
import { listen } from './listen.mjs';

listen(
  createServer((socket) => {
    // A peer that vanishes is what the lab is for.
    socket.on('error', () => {});
    socket.pipe(socket);
  }),
);
