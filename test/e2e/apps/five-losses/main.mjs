// What bench/five-losses.ts measures: one WebSocket in the page and one in the main process, each sending a message a
// second, with roamkit or without it. Prints a line of JSON for all that happens, with the time.
import { connect } from 'node:net';
import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import WebSocket from 'ws';

const { pages, url, hasRoamkit } = JSON.parse(process.env.ROAMKIT_E2E);

let roamkit = null;
let socket;
let tracked;
let isLost = false;
let reopening;

function tell(event, details = {}) {
  console.log(JSON.stringify({ at: Date.now(), who: 'main', event, ...details }));
}

function open() {
  isLost = false;
  const opened = new WebSocket(url, {
    createConnection: (options) => {
      const connection = connect(options);
      tracked = roamkit?.registry.track(connection, { label: 'main' });
      return connection;
    },
  });
  opened.on('open', () => {
    tell('open');
    opened.send('hello');
  });
  opened.on('message', () => tell('echo'));
  opened.on('error', () => {});
  opened.on('close', () => {
    tell('close');
    if (opened === socket) isLost = true;
  });
  socket = opened;
}

function follow() {
  roamkit.registry.on('invalidated', ({ connection, reason }) => {
    if (connection !== tracked) return;
    isLost = true;
    tell('invalidated', { reason });
  });
  roamkit.on('reconnect', ({ urgency, delayMs }) => {
    if (!isLost || urgency === 'wait') return;
    clearTimeout(reopening);
    reopening = setTimeout(open, delayMs);
  });
}

async function start() {
  await app.whenReady();
  if (hasRoamkit) {
    const { startRoamkit } = await import('roamkit/main');
    // There is no internet to probe in the lab.
    roamkit = await startRoamkit({ portal: false });
    follow();
  }
  open();
  setInterval(() => {
    tell('state', { isOpen: socket.readyState === WebSocket.OPEN });
    if (socket.readyState === WebSocket.OPEN) socket.send('again');
  }, 1000);
  const window = new BrowserWindow({ width: 400, height: 300 });
  // From Electron 35 on the message is a field of the event.
  window.webContents.on('console-message', (event, _level, message) => console.log(message ?? event.message));
  await window.loadFile(path.join(pages, 'page.html'), {
    query: { url, ...(hasRoamkit ? { roamkit: '1' } : {}) },
  });
}

app.on('window-all-closed', () => app.quit());
// Not awaited: Electron is not ready before this module has run to its end.
void start();
