// GET /                        ok
// GET /whoami                  the client's address, as the server sees it
// GET /slow?ms=1000            ok, after a while
// GET /stream?ms=50            a line every few milliseconds, without end
// GET /events?ms=50            the same as server-sent events
// GET /status?code=302&location=http://...   an answer with that status, for captive portals
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { listen } from './listen.mjs';

/** Sends what `line` makes of 0, 1, 2... until the client goes. */
async function sendForEver(response, ms, line) {
  for (let count = 0; !response.destroyed; count += 1) {
    response.write(line(count));
    await delay(ms);
  }
}

const routes = {
  '/': (response) => response.end('ok'),
  // A client that has given up meanwhile has no address any more.
  '/whoami': (response) => response.end((response.socket.remoteAddress ?? '').replace(/^::ffff:/, '')),
  '/slow': async (response, query) => {
    await delay(Number(query.get('ms') ?? 1000));
    response.end('ok');
  },
  '/stream': (response, query) =>
    sendForEver(response, Number(query.get('ms') ?? 50), (count) => `${count}\n`),
  '/events': (response, query) => {
    response.setHeader('content-type', 'text/event-stream');
    return sendForEver(
      response,
      Number(query.get('ms') ?? 50),
      (count) => `id: ${count}\ndata: ${count}\n\n`,
    );
  },
  '/status': (response, query) => {
    const location = query.get('location');
    response.writeHead(Number(query.get('code') ?? 204), location ? { location } : {}).end();
  },
};

listen(
  createServer((request, response) => {
    const url = new URL(request.url, 'http://lab');
    // Pages of any origin (file:, a test's own scheme) may read the answers.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('cache-control', 'no-store');
    const route = routes[url.pathname];
    if (route) void route(response, url.searchParams);
    else response.writeHead(404).end();
  }),
);
