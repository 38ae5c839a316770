// A proxy of SOCKS5 (RFC 1928), without authentication, that connects and does nothing else.
import { connect, createServer } from 'node:net';
import { listen } from './listen.mjs';
import { relay } from './relay.mjs';

const VERSION = 5;
const SUCCEEDED = [VERSION, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/** Where each kind of address ends, and how it is written. */
const ADDRESSES = {
  1: { length: () => 4, text: (bytes) => bytes.join('.') },
  3: { length: (bytes) => 1 + bytes[0], text: (bytes) => bytes.toString('latin1', 1) },
  4: { length: () => 16, text: (bytes) => bytes.toString('hex').match(/.{4}/g).join(':') },
};

// Clients send either message at once and wait for its answer, so each comes as one piece.
const nextMessage = (socket) => new Promise((resolve) => socket.once('data', resolve));

async function serve(client) {
  await nextMessage(client);
  client.write(Buffer.from([VERSION, 0]));
  const request = await nextMessage(client);
  const { length, text } = ADDRESSES[request[3]];
  const end = 4 + length(request.subarray(4));
  const target = connect(request.readUInt16BE(end), text(request.subarray(4, end)), () =>
    client.write(Buffer.from(SUCCEEDED)),
  );
  relay(client, target);
}

listen(
  createServer((client) => {
    // A peer that vanishes is what the lab is for.
    client.on('error', () => {});
    void serve(client);
  }),
);
