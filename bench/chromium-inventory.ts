/**
 * What it costs to find and to end another process's TCP connections, as roamkit does with those of Chromium's network service: an
 * inventory of 1,000 sockets, the part of it that is done on JavaScript's thread, and a reset. `ROAMKIT_BENCH_SOCKETS` sets another number.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { cookieHalves, type HeldSocket, heldSockets } from '../main/chromium/held-socket.js';
import { loadNativeAddon } from '../main/monitor/native-addon.js';
import { summaryHeading, summaryLine } from './summary.js';

const SOCKETS = Number(process.env['ROAMKIT_BENCH_SOCKETS'] ?? 1000);
const ROUNDS = 300;

const HOLDER = `
const { connect } = require('node:net');
const [port, count] = process.argv.slice(1).map(Number);
let open = 0;
(function next() {
  const socket = connect(port, '127.0.0.1', () => (++open === count ? console.log('open') : next()));
  socket.on('error', () => {});
})();
`;

async function startHolder(): Promise<ChildProcessByStdio<Writable, Readable, null>> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, ['-e', HOLDER, String(port), String(SOCKETS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  server.unref();
  return child;
}

const addon = loadNativeAddon();
const holder = await startHolder();
const times: { whole: number[]; begun: number[]; read: number[]; reset: number[] } = {
  whole: [],
  begun: [],
  read: [],
  reset: [],
};
let held: readonly HeldSocket[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  const taking = addon.takeInventory([holder.pid ?? 0]);
  times.begun.push(performance.now() - start);
  const inventory = await taking;
  times.whole.push(performance.now() - start);
  const read = performance.now();
  held = heldSockets(inventory);
  times.read.push(performance.now() - read);
  if (held.length !== SOCKETS) throw new Error(`found ${held.length} of ${SOCKETS} sockets`);
}
for (const { pid, fd, inode, cookie } of held) {
  const start = performance.now();
  if (!addon.resetSocket(pid, fd, inode, ...cookieHalves(cookie))) throw new Error('a socket was gone');
  times.reset.push(performance.now() - start);
}
holder.kill();
console.log(`${SOCKETS} connections of another process`);
console.log(summaryHeading);
console.log(summaryLine('inventory, whole', times.whole));
console.log(summaryLine('  begun (JavaScript)', times.begun));
console.log(summaryLine('  read (JavaScript)', times.read));
console.log(summaryLine('reset of one (JavaScript)', times.reset));
