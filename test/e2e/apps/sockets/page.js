import { getRoamkit } from 'roamkit/renderer';

const url = new URLSearchParams(location.search).get('url');
const roamkit = getRoamkit();
const log = [];
let socket;
let connection;
let isLost = false;
let reopening;
let echoes = 0;

function note(event, details = {}) {
  log.push({ event, ...details });
}

async function open() {
  isLost = false;
  const opened = new WebSocket(url);
  opened.addEventListener('open', () => note('open'));
  opened.addEventListener('close', ({ code }) => {
    note('close', { code });
    if (opened === socket) isLost = true;
  });
  socket = opened;
  connection = await roamkit.track(url, { label: 'page' });
  note('tracked');
}

/** Sends a message and waits for it to come back. */
function echo() {
  const message = `page ${++echoes}`;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no echo of '${message}' within 5 s`)), 5000);
    const heard = ({ data }) => {
      if (data !== message) return;
      clearTimeout(timer);
      socket.removeEventListener('message', heard);
      resolve(message);
    };
    socket.addEventListener('message', heard);
    socket.send(message);
  });
}

roamkit.on('change', ({ next }) => note('change', { seq: next.seq, generation: next.generation }));
roamkit.on('invalidated', ({ id, owner, reason }) => {
  note('invalidated', { owner, reason });
  if (owner !== 'page' || id !== connection?.id) return;
  isLost = true;
  // Its `close` event may take a minute: nobody answers the closing handshake.
  socket.close();
});
roamkit.on('reconnect', (signal) => {
  note('reconnect', { ...signal, known: roamkit.getSnapshot().generation });
  if (!isLost || signal.urgency === 'wait') return;
  clearTimeout(reopening);
  reopening = setTimeout(open, signal.delayMs);
});
window.pageSide = { roamkit, log, echo };
void open();
