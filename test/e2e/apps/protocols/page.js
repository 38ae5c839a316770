// A page as any other: it has never heard of roamkit.
import { openers } from './connections.js';

const log = [];
const sockets = new Map();

function note(event) {
  log.push(event);
}

/** The body of an answer; an error after 5 s. */
async function ask(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  return response.text();
}

/** Opens a WebSocket; what it returns sends a message and waits for it to come back. */
function openEcho(url) {
  const socket = new WebSocket(url);
  sockets.set(url, socket);
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(), { once: true });
  });
}

/** Sends a message over an open WebSocket and waits for it to come back; an error after 5 s. */
function echo(url) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no echo within 5 s')), 5000);
    const listener = ({ data }) => {
      clearTimeout(timer);
      resolve(data);
    };
    sockets.get(url).addEventListener('message', listener, { once: true });
    sockets.get(url).send('hello');
  });
}

/** Has the service worker open a connection; resolves when that would. */
async function inServiceWorker(kind, name, url) {
  await navigator.serviceWorker.register('service-worker.js');
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => {
      if (data === 'open') resolve();
      else note(data);
    };
    active.postMessage({ kind, name, url }, [port2]);
  });
}

globalThis.protocolsPage = { log, ask, openEcho, echo, inServiceWorker, open: openers(note) };
