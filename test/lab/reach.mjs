// Opens one TCP connection and prints its local address. Run by host.reach().
import { connect } from 'node:net';

const { address, port, source, timeoutMs } = JSON.parse(process.argv[2] ?? '{}');
const socket = connect({ host: address, port, localAddress: source, timeout: timeoutMs });
socket.once('connect', () => {
  console.log(socket.localAddress);
  socket.destroy();
});
socket.once('timeout', () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
socket.once('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
