import { connect } from 'node:net';
import { ConnectionRegistry, NetworkMonitor } from 'roamkit';

const [host = 'chat.example.com', port = '443', seconds = '25'] = process.argv.slice(2);

const monitor = await NetworkMonitor.start();
const registry = new ConnectionRegistry(monitor, {
  beforeInvalidate: ({ connection, reason }) => {
    console.log(`${connection.label}: about to close, ${reason}`);
    return reason === 'no-proof-of-life' ? undefined : 2000; // two more seconds to save what is unsent
  },
});
registry.on('invalidated', ({ connection, reason }) => console.log(`${connection.label}: closed, ${reason}`));

const socket = connect({ host, port: Number(port) });
registry.track(socket, {
  label: 'chat',
  liveness: {
    pingAfterMs: Number(seconds) * 1000,
    hangupAfterMs: Number(seconds) * 2000,
    ping: () => socket.write('ping\n'),
  },
});
socket.on('connect', () => console.log('chat: connected'));
socket.on('data', (answer) => console.log(`chat: ${answer.toString().trim()}`));
socket.on('error', (error) => console.log(`chat: ${error.message}`));
