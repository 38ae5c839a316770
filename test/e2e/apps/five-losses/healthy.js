// A page whose transfers never cease and lose nothing: what is numbered comes in order, or `broken` is told.
const query = new URLSearchParams(location.search);
const http = query.get('http');
const PAUSE_MS = 20;
const received = { webSocket: 0, fetch: 0, events: 0 };

/** The main process passes on what is written here. */
function tell(event, details = {}) {
  console.log(JSON.stringify({ at: Date.now(), who: 'healthy', event, ...details }));
}

function receive(what, number) {
  if (Number(number) !== received[what]) tell('broken', { what, why: `${number} for ${received[what]}` });
  received[what] = Number(number) + 1;
}

function talk() {
  const socket = new WebSocket(query.get('webSocket'));
  let sent = 0;
  socket.addEventListener('open', () => setInterval(() => socket.send(String(sent++)), PAUSE_MS));
  socket.addEventListener('message', ({ data }) => receive('webSocket', data));
  socket.addEventListener('close', ({ code }) => tell('broken', { what: 'webSocket', why: String(code) }));
}

async function stream() {
  try {
    const response = await fetch(`${http}/stream?ms=${PAUSE_MS}`);
    let rest = '';
    for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) throw new Error('ended');
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const line of lines) receive('fetch', line);
    }
  } catch (error) {
    tell('broken', { what: 'fetch', why: String(error) });
  }
}

function listen() {
  const events = new EventSource(`${http}/events?ms=${PAUSE_MS}`);
  events.addEventListener('message', ({ data }) => receive('events', data));
  events.addEventListener('error', () => tell('broken', { what: 'events', why: 'error' }));
}

/** Waits until each of the transfers has brought something that was sent later than now. */
globalThis.healthyPage = {
  async prove() {
    const before = { ...received };
    const isProven = () => Object.keys(before).every((what) => received[what] > before[what] + 1);
    while (!isProven()) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    tell('proven', { received });
  },
};
talk();
void stream();
listen();
