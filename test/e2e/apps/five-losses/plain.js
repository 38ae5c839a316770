// A page as any other: it has never heard of roamkit. It holds a connection of each kind, and tells what becomes of them.
const query = new URLSearchParams(location.search);
const http = query.get('http');
const IDLE = 4;
// A path that is not there yet fails at once.
const PAUSE_MS = 20;

let socket;
let events;
let requests = new AbortController();

/** The main process passes on what is written here. */
function tell(who, event, details = {}) {
  console.log(JSON.stringify({ at: Date.now(), who, event, ...details }));
}

/** Once it has closed, the page asks for something, as pages do. */
function openSocket() {
  const opened = new WebSocket(query.get('webSocket'));
  socket = opened;
  opened.addEventListener('close', ({ code }) => {
    if (opened !== socket) return;
    tell('webSocket', 'close', { code });
    void ask();
  });
  return new Promise((resolve) => {
    opened.addEventListener('open', resolve, { once: true });
  });
}

/** An answer that has begun and does not end. */
async function openStream() {
  const { signal } = requests;
  const response = await fetch(`${http}/stream`, { signal });
  response.text().then(
    () => tell('fetch', 'ended'),
    () => {
      if (!signal.aborted) tell('fetch', 'failed');
    },
  );
}

function openEvents() {
  const opened = new EventSource(`${http}/events?retry=100`);
  events = opened;
  opened.addEventListener('error', () => tell('events', 'lost'));
  return new Promise((resolve) => {
    opened.addEventListener('open', () => {
      tell('events', 'open');
      resolve();
    });
  });
}

/** Leaves idle connections behind; with the two above, as many as Chromium opens to a server. */
function fillPool() {
  const answers = Array.from({ length: IDLE }, () => fetch(`${http}/slow?ms=50`).then((it) => it.text()));
  return Promise.all(answers);
}

/** Asks until there is an answer; tells when the last question was asked, and how many there were. */
async function ask() {
  const { signal } = requests;
  for (let attempts = 1; !signal.aborted; attempts++) {
    const askedAt = Date.now();
    try {
      const response = await fetch(`${http}/whoami`, { signal });
      tell('next', 'answered', { address: await response.text(), askedAt, attempts });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

globalThis.plainPage = {
  ask,
  /** Lets go of all that there is. */
  close() {
    const closed = socket;
    socket = undefined;
    closed?.close();
    events?.close();
    requests.abort();
    requests = new AbortController();
  },
  /** Resolves once all is open. */
  async open() {
    await Promise.all([openSocket(), openStream(), openEvents()]);
    await fillPool();
  },
};
setInterval(() => {
  if (socket?.readyState === WebSocket.OPEN) socket.send('still there?');
}, 1000);
