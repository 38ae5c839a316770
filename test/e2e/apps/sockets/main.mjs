// An application with one WebSocket of its own and one in its page, both to the same server. Each is tracked, reopened
// when roamkit says so, and writes down what happened.
import { connect } from 'node:net';
import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { startRoamkit } from 'roamkit/main';
import WebSocket from 'ws';

const { pages, url } = JSON.parse(process.env.ROAMKIT_E2E);

const log = [];
let roamkit;
let socket;
let tracked;
let isLost = false;
let reopening;
let echoes = 0;

function note(event, details = {}) {
  log.push({ event, ...details });
}

function open() {
  isLost = false;
  const opened = new WebSocket(url, {
    createConnection: (options) => {
      const connection = connect(options);
      // ws keeps to itself why a connection ended.
      connection.on('error', ({ code, reason }) => note('error', { code, reason }));
      tracked = roamkit.registry.track(connection, { label: 'main' });
      return connection;
    },
  });
  opened.on('open', () => note('open'));
  opened.on('error', ({ message }) => note('failed', { message }));
  opened.on('close', () => {
    note('close');
    if (opened === socket) isLost = true;
  });
  socket = opened;
}

/** Sends a message and waits for it to come back. */
function echo() {
  const message = `main ${++echoes}`;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no echo of '${message}' within 5 s`)), 5000);
    const heard = (data) => {
      if (String(data) !== message) return;
      clearTimeout(timer);
      socket.off('message', heard);
      resolve(message);
    };
    socket.on('message', heard);
    socket.send(message);
  });
}

async function start() {
  // There is no internet to probe in the lab.
  roamkit = await startRoamkit({ portal: false });
  roamkit.monitor.on('change', ({ next }) => note('change', { generation: next.generation }));
  for (const name of ['suspect', 'recovered', 'rerouted', 'invalidated']) {
    roamkit.registry.on(name, ({ connection, reason }) => {
      note(name, { owner: connection.owner, reason });
      if (name === 'invalidated' && connection === tracked) isLost = true;
    });
  }
  roamkit.on('reconnect', (signal) => {
    note('reconnect', signal);
    if (!isLost || signal.urgency === 'wait') return;
    clearTimeout(reopening);
    reopening = setTimeout(open, signal.delayMs);
  });
  open();
  globalThis.mainSide = { roamkit, log, echo };
  await new BrowserWindow({ width: 400, height: 300 }).loadFile(path.join(pages, 'page.html'), {
    query: { url },
  });
}

app.on('window-all-closed', () => app.quit());
// Not awaited: Electron is not ready before this module has run to its end.
void start();
