import { WebSocket as PartySocket } from 'partysocket';
import ReconnectingWebSocket from 'reconnecting-websocket';
import { getRoamkit, RoamingWebSocket } from 'roamkit/renderer';

const query = new URLSearchParams(location.search);
const url = query.get('url');

const open = {
  RoamingWebSocket: () => new RoamingWebSocket(url),
  WebSocket: () => new WebSocket(url),
  partysocket: () => new PartySocket(url),
  'reconnecting-websocket': () => new ReconnectingWebSocket(url),
};

/** The main process passes on what is written here. */
function tell(who, event, details = {}) {
  console.log(JSON.stringify({ at: Date.now(), who, event, ...details }));
}

// The server says first from which address it is reached, and then sends back what it gets.
function follow(kind) {
  const socket = open[kind]();
  socket.addEventListener('open', () => tell(kind, 'open'));
  socket.addEventListener('close', ({ code, reason }) => tell(kind, 'close', { code, reason }));
  socket.addEventListener('message', ({ data }) => {
    if (data === 'still there?') tell(kind, 'echo');
    else tell(kind, 'address', { address: data });
  });
  setInterval(() => {
    if (socket.readyState === WebSocket.OPEN) socket.send('still there?');
  }, 1000);
}

getRoamkit().on('change', () => tell('page', 'change'));
window.kernel.onNews(() => tell('page', 'news'));
for (const kind of query.get('kinds').split(',')) follow(kind);
