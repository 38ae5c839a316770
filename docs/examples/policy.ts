import { connect } from 'node:net';
import { ConnectionRegistry, NetworkMonitor, type RegistryPolicy } from 'roamkit';

const [host = 'chat.example.com', port = '443'] = process.argv.slice(2);

const policy: RegistryPolicy = {
  'carrier-lost': { graceMs: 3000 },
  rules: [
    { hosts: ['*.internal.example', '203.0.113.0/24'], policy: { 'link-down': { action: 'signal' } } },
    { ports: [5432, '8000-8099'], policy: { 'egress-changed': { action: 'invalidate' } } },
  ],
};

const monitor = await NetworkMonitor.start();
const registry = new ConnectionRegistry(monitor, { policy });
registry.on('suspect', ({ connection, reason }) => console.log(`${connection.label}: suspect, ${reason}`));
registry.on('invalidated', ({ connection, reason }) => console.log(`${connection.label}: closed, ${reason}`));

const socket = connect({ host, port: Number(port) });
socket.on('error', () => {});
socket.on('connect', () => console.log('chat: connected'));
registry.track(socket, { label: 'chat', host, policy: { 'no-route': { graceMs: 0 } } });

// Without the rules from now on, also for what is suspect already.
process.on('SIGUSR2', () => registry.setPolicy({ 'carrier-lost': { graceMs: 3000 } }));
