// A DNS server with an IPv4 address for every name: by default the last one that a line on its stdin gave for whoever asks,
// `CLIENT ADDRESS` (`* ADDRESS`: for all others). Each line is answered by `set` once it holds.
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

const { port = 53, host = '::' } = JSON.parse(process.argv[2] ?? '{}');
const answers = new Map();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [client, address] = line.split(' ');
    answers.set(client, address);
    console.log('set');
  })
  .once('close', () => process.exit(0));

const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
socket.on('message', (query, { address, port: from }) => {
  const client = address.replace(/^::ffff:/, '');
  socket.send(answer(query, answers.get(client) ?? answers.get('*')), from, address);
});
socket.bind(port, host, () => console.log(JSON.stringify({ port: socket.address().port })));

/** The header and the question of RFC 1035, and one address where that is asked for; good for an hour. */
function answer(query, address) {
  let end = 12;
  while (query[end] !== 0) end += query[end] + 1;
  end += 5;
  const isAddressWanted = query.readUInt16BE(end - 4) === 1 && address !== undefined;
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(isAddressWanted ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  if (!isAddressWanted) return head;
  // A pointer to the question's name, type A, class IN, 3600 s, 4 bytes.
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4]);
  return Buffer.concat([head, record, Buffer.from(address.split('.').map(Number))]);
}
