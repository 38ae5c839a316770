import { connect } from 'node:net';
import { ConnectionRegistry, NetworkMonitor } from 'roamkit';

const [host = 'chat.example.com', port = '443'] = process.argv.slice(2);

const monitor = await NetworkMonitor.start();
const registry = new ConnectionRegistry(monitor);
registry.on('suspect', ({ connection, reason }) => console.log(`${connection.label}: suspect, ${reason}`));
registry.on('recovered', ({ connection }) => console.log(`${connection.label}: recovered`));
registry.on('rerouted', ({ connection, path }) => console.log(`${connection.label}: now by ${path?.link}`));
registry.on('invalidated', ({ connection, reason }) => console.log(`${connection.label}: closed, ${reason}`));

const socket = connect({ host, port: Number(port) });
registry.track(socket, { label: 'chat' });
socket.on('connect', () => console.log('chat: connected'));
socket.on('error', (error) => console.log(`chat: ${error.message}`));
