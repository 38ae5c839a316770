// Holds a tracked connection, and tells what becomes of it. Ends for the message `close`.
const net = require('node:net');
const { parentPort: threadPort } = require('node:worker_threads');
const { ConnectionRegistry, NetworkMonitor, UnroutableError } = require('roamkit');

const port = process.parentPort ?? threadPort;
const target = JSON.parse(process.argv.at(-1));

async function main() {
  const monitor = await NetworkMonitor.start();
  const registry = new ConnectionRegistry(monitor);
  const tell = (event) => port.postMessage(event);
  monitor.on('change', ({ next }) => tell(`default path ${next.defaultPaths[4]?.link ?? 'none'}`));
  registry.on('invalidated', ({ reason }) => tell(`invalidated ${reason}`));
  const socket = net.connect(target);
  registry.track(socket);
  socket.on('connect', () => tell('connected'));
  socket.on('error', (error) => tell(`error ${error instanceof UnroutableError} ${error.code}`));
  socket.on('data', (data) => tell(`echo ${data}`));
  tell(`backend ${monitor.capabilities.backend}`);
  const answer = async (message) => {
    if (message === 'echo') return void socket.write('hello');
    if (message !== 'close') return;
    registry.close();
    await monitor.close();
    socket.destroy();
    threadPort?.close();
    if (threadPort === null) process.exit(0);
  };
  // A utility process gets an event, a worker thread the message.
  port.on('message', (message) => void answer(threadPort === null ? message.data : message));
  tell('ready');
}

void main();
