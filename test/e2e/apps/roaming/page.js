import { getRoamkit, installRoamingWebSocket, RoamingWebSocket, roamingFetch } from 'roamkit/renderer';

const url = new URLSearchParams(location.search).get('url');
const roamkit = getRoamkit();
const log = [];
const received = [];
let tokens = 0;
let sent = 0;

// The server says first from which address it is reached.
const socket = new RoamingWebSocket(async () => {
  await roamkit.ready;
  tokens += 1;
  return `${url}/whoami`;
});
socket.onopen = () => log.push({ event: 'open' });
socket.onclose = ({ code, reason }) => log.push({ event: 'close', code, reason });
socket.onmessage = ({ data }) => {
  if (data.startsWith('number ')) received.push(data);
  else log.push({ event: data });
};
for (const event of ['reconnecting', 'reconnected', 'undelivered']) {
  socket.addEventListener(event, ({ detail }) => log.push({ event, reason: detail.cause ?? detail.reason }));
}

/** Sends numbered messages all the time, until the function that it returns is called. */
function keepSending() {
  const timer = setInterval(() => socket.send(`number ${++sent}`), 2);
  return () => clearInterval(timer);
}

/** What became of a request: the status, or the code (else the name) and reason of its error. */
async function outcomeOf(target, options) {
  try {
    return (await roamingFetch(target, options)).status;
  } catch ({ name, code = name, reason }) {
    return `${code} ${reason}`;
  }
}

/** Opens a plain WebSocket after the page's class was replaced, and writes down how it fares. */
function openInstalled() {
  const native = globalThis.WebSocket;
  const undo = installRoamingWebSocket();
  const plain = new WebSocket(url);
  const isInstance = plain instanceof WebSocket && WebSocket.OPEN === 1;
  undo();
  plain.onopen = () => log.push({ event: 'plain open' });
  plain.onclose = ({ code, reason }) => log.push({ event: 'plain close', code, reason });
  return isInstance && globalThis.WebSocket === native;
}

window.pageSide = {
  roamkit,
  log,
  socket,
  received,
  keepSending,
  outcomeOf,
  openInstalled,
  counts: () => ({ tokens, sent }),
};
