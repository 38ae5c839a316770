import { getRoamkit } from 'roamkit/renderer';

const query = new URLSearchParams(location.search);
const url = query.get('url');
const roamkit = query.has('roamkit') ? getRoamkit() : null;
let socket;
let connection;
let isLost = false;
let reopening;

/** The main process passes on what is written here. */
function tell(event, details = {}) {
  console.log(JSON.stringify({ at: Date.now(), who: 'page', event, ...details }));
}

async function open() {
  isLost = false;
  const opened = new WebSocket(url);
  opened.addEventListener('open', () => {
    tell('open');
    opened.send('hello');
  });
  opened.addEventListener('message', () => tell('echo'));
  opened.addEventListener('close', () => {
    tell('close');
    if (opened === socket) isLost = true;
  });
  socket = opened;
  connection = await roamkit?.track(url, { label: 'page' });
}

roamkit?.on('invalidated', ({ id, owner, reason }) => {
  if (owner !== 'page' || id !== connection?.id) return;
  isLost = true;
  tell('invalidated', { reason });
  socket.close();
});
roamkit?.on('reconnect', ({ urgency, delayMs }) => {
  if (!isLost || urgency === 'wait') return;
  clearTimeout(reopening);
  reopening = setTimeout(open, delayMs);
});
for (const event of ['online', 'offline']) window.addEventListener(event, () => tell(event));
setInterval(() => {
  tell('state', { isOpen: socket.readyState === WebSocket.OPEN, onLine: navigator.onLine });
  if (socket.readyState === WebSocket.OPEN) socket.send('again');
}, 1000);
void open();
