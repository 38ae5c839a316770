import { connect, createServer, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { ConnectionRegistry, NetworkMonitor } from '../../main/index.js';
import { waitFor } from '../lab/index.js';

it('a socket that is tracked before its connect() is pending, then routable', async () => {
  await using monitor = await NetworkMonitor.start();
  using registry = new ConnectionRegistry(monitor);
  const server = createServer((peer) => peer.resume()).listen(0, '127.0.0.1');
  await waitFor(() => server.listening, { what: 'the server' });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = new Socket();
  const connection = registry.track(socket);
  expect(connection.state).toBe('pending');
  socket.connect(address.port, '127.0.0.1');
  await waitFor(() => connection.state === 'routable', { what: 'the connection' });
  expect(connection.flow?.remote.port).toBe(address.port);
  const second = connect(address.port, '127.0.0.1');
  expect(registry.track(second).state).toBe('pending');
  second.destroy();
  socket.destroy();
  await waitFor(() => registry.connections().length === 0, { what: 'the end of both' });
  expect(monitor.stats.flows).toBe(0);
  server.close();
});
