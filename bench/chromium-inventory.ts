/**
 * What it costs to find and to end another process's TCP connections, as roamkit does with those of Chromium's network service: an
 * inventory of 1,000 sockets (target: 5 ms), the part of it that is done on JavaScript's thread, and a reset; beside it `ss -tnp`, which
 * finds out the same. `ROAMKIT_BENCH_SOCKETS` sets another number.
 */
import { cookieHalves, type HeldSocket, heldSockets } from '../main/chromium/held-socket.js';
import { loadNativeAddon } from '../main/monitor/native-addon.js';
import { Lab } from '../test/lab/index.js';
import { summaryHeading, summaryLine } from './summary.js';

const SOCKETS = Number(process.env['ROAMKIT_BENCH_SOCKETS'] ?? 1000);
const ROUNDS = 300;
const ROUNDS_A_PEER = 10;

const HOLDER = `
const { connect } = require('node:net');
const [host, port, count] = process.argv.slice(1);
let open = 0;
(function next() {
  const socket = connect(port, host, () => (++open === Number(count) ? console.log('open') : next()));
  socket.on('error', () => {});
})();
`;

// The peers are on another host: their ends of the connections are not this one's to list.
await using lab = await Lab.create();
const [here, server] = await Promise.all([Lab.here(), lab.host('server')]);
await lab.link(here, server, { addresses: [['192.0.2.1/24'], ['192.0.2.2/24']] });
const { port } = await server.tcpEcho();
const holder = await here.spawn(process.execPath, ['-e', HOLDER, '192.0.2.2', String(port), String(SOCKETS)]);
await holder.nextLine((line) => line === 'open', { timeoutMs: 60_000 });

const addon = loadNativeAddon();
const times: { ss: number[]; whole: number[]; begun: number[]; read: number[]; reset: number[] } = {
  ss: [],
  whole: [],
  begun: [],
  read: [],
  reset: [],
};
let held: readonly HeldSocket[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  const taking = addon.takeInventory([holder.pid]);
  times.begun.push(performance.now() - start);
  const inventory = await taking;
  times.whole.push(performance.now() - start);
  const read = performance.now();
  held = heldSockets(inventory);
  times.read.push(performance.now() - read);
  if (held.length !== SOCKETS) throw new Error(`found ${held.length} of ${SOCKETS} sockets`);
  if (round % ROUNDS_A_PEER === 0) {
    const asked = performance.now();
    await here.exec('ss', ['-tnpH']);
    times.ss.push(performance.now() - asked);
  }
}
for (const { pid, fd, inode, cookie } of held) {
  const start = performance.now();
  if (!addon.resetSocket(pid, fd, inode, ...cookieHalves(cookie))) throw new Error('a socket was gone');
  times.reset.push(performance.now() - start);
}
await holder.stop();
console.log(`${SOCKETS} connections of another process`);
console.log(summaryHeading);
console.log(summaryLine('ss -tnp', times.ss));
console.log(summaryLine('inventory, whole', times.whole));
console.log(summaryLine('  begun (JavaScript)', times.begun));
console.log(summaryLine('  read (JavaScript)', times.read));
console.log(summaryLine('reset of one (JavaScript)', times.reset));
