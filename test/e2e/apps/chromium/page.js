// A page as any other: it has never heard of roamkit. `far` and `near`: an HTTP and a WebSocket server each.
const query = new URLSearchParams(location.search);
const log = [];
const sockets = {};

function note(event) {
  log.push(event);
}

/** Opens a WebSocket to `far` or `near`; resolves once it is open. */
function openSocket(where) {
  const socket = new WebSocket(query.get(`${where}WebSocket`));
  sockets[where] = socket;
  socket.addEventListener('close', ({ code }) => note(`${where} socket closed ${code}`));
  return new Promise((resolve) => {
    socket.addEventListener('open', resolve, { once: true });
  });
}

/** Sends a message and waits for it to come back. */
function echo(where) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no echo within 5 s')), 5000);
    sockets[where].addEventListener(
      'message',
      ({ data }) => {
        clearTimeout(timer);
        resolve(data);
      },
      { once: true },
    );
    sockets[where].send('hello');
  });
}

function url(path, where = 'far') {
  return `${query.get(`${where}Http`)}${path}`;
}

/** A request whose answer does not end; resolves once the answer has begun. */
async function openStream(path, where = 'far') {
  const response = await fetch(url(path, where));
  response.text().then(
    () => note(`${where} ${path} ended`),
    () => note(`${where} ${path} failed`),
  );
}

/** A request that is not answered. */
function hang(path) {
  fetch(url(path)).then(
    () => note(`far ${path} answered`),
    () => note(`far ${path} failed`),
  );
}

/** Resolves once it is open; it comes back by itself. */
function openEvents() {
  const events = new EventSource(url('/events'));
  events.addEventListener('error', () => note('events lost'));
  return new Promise((resolve) => {
    events.addEventListener('open', () => {
      note('events open');
      resolve();
    });
  });
}

/** Leaves idle connections behind, which wait for the next request. */
function fillPool() {
  return Promise.all([1, 2, 3, 4].map(() => fetch(url('/slow?ms=50')).then((response) => response.text())));
}

/** The address that the server sees; an error after 5 s. */
async function whoAmI() {
  const response = await fetch(url('/whoami'), { signal: AbortSignal.timeout(5000) });
  return response.text();
}

globalThis.plainPage = { log, openSocket, echo, openStream, hang, openEvents, fillPool, whoAmI };
