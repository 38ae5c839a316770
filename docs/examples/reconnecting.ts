import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type ConnectContext,
  ConnectionRegistry,
  NetworkMonitor,
  reconnecting,
  reconnectSignals,
  routedLookup,
} from 'roamkit';

const [host = 'chat.example.com', port = '5222'] = process.argv.slice(2);

const monitor = await NetworkMonitor.start();
monitor.ref(); // a process that waits for a path has nothing else to keep it alive
const registry = new ConnectionRegistry(monitor);

/** Opens one connection; resolves when it is fit for use. */
async function open({ signal, lost }: ConnectContext): Promise<Socket> {
  const socket = connect({ host, port: Number(port), lookup: routedLookup(monitor), signal });
  registry.track(socket); // destroyed with an UnroutableError when its path is gone
  socket.on('error', () => {}); // `close` follows, and `lost` takes the error from there
  socket.on('close', () => lost(socket.errored));
  await once(socket, 'connect');
  return socket;
}

const chat = reconnecting(open, {
  network: reconnectSignals(monitor, registry),
  close: (socket, why) => (why === 'replaced' ? socket.end() : socket.destroy()),
  isAffected: (socket) => registry.track(socket).state !== 'routable',
  retry: { delaysMs: [1000, 3000, 9000], jitterPercent: 20, concealCount: 3 },
});
chat.on('connected', (socket) => {
  console.log(`connected from ${socket.localAddress}`);
  socket.on('data', (bytes) => console.log(`received ${bytes}`));
  socket.write('hello');
});
chat.on('lost', (_socket, error) =>
  console.log(`lost: ${error instanceof Error ? error.message : 'closed by the peer'}`),
);
chat.on('state', (state) => console.log(state));
