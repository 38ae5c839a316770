// What any page does with a WebSocket: talk, and open another one when it is told that it has closed.

const SEND_MS = 500;
const REOPEN_MS = 200;
// Longer than an answer takes on any link that works.
const SILENT_MS = 2000;
const STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const;

const query = new URLSearchParams(location.search);
const title = query.get('title') ?? '';
const url = query.get('webSocketUrl') ?? '';

let socket: WebSocket;
let answeredAt = Date.now();
let opened = 0;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

function open(): void {
  socket = new WebSocket(url);
  socket.addEventListener('open', () => {
    opened += 1;
    socket.send('still there?');
  });
  socket.addEventListener('message', () => {
    answeredAt = Date.now();
    show();
  });
  socket.addEventListener('close', () => {
    show();
    setTimeout(open, REOPEN_MS);
  });
}

function show(): void {
  const silentMs = Date.now() - answeredAt;
  const isSilent = silentMs > SILENT_MS;
  document.body.dataset['tone'] = isSilent ? 'bad' : 'good';
  element('state').textContent = STATES[socket.readyState] ?? '';
  element('answer').textContent = isSilent
    ? `no answer for ${Math.floor(silentMs / 1000)} s`
    : 'answers at once';
  element('opened').textContent = opened > 1 ? `opened again ${opened - 1}×` : 'the first connection';
}

document.title = title;
element('title').textContent = title;
open();
setInterval(() => {
  if (socket.readyState === WebSocket.OPEN) socket.send('still there?');
  show();
}, SEND_MS);
