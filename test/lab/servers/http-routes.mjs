// GET /                        ok
// GET /whoami                  the client's address, as the server sees it
// GET /version                 the version of HTTP: 1.1 or 2.0
// GET /slow?ms=1000            ok, after a while
// GET /stream?ms=50            a line every few milliseconds, without end
// GET /unbounded?ms=50         a line every few milliseconds, without end, length or chunks
// GET /events?ms=50&retry=3000 the same as server-sent events; `retry`: after how long the client should come back
// GET /address                 the server's address that the client called; the connection is closed
// GET /proxy.pac               a proxy's address with another port each time: 1, 2, 3, ...
// GET /file?bytes=1000&ms=5    bytes of file-bytes.mjs, 64 KiB every few milliseconds; ranges may be asked for
// GET /reset                   resets all connections with a file on its way; answers how many those were
// GET /generate_204            an answer without content, as from those who are asked whether the internet is there
// GET /status?code=302&location=http://...   an answer with that status, for captive portals
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileBytes } from './file-bytes.mjs';

const CHUNK = 64 * 1024;

/** Sends what `line` makes of 0, 1, 2... until the client goes. */
async function sendForEver(response, ms, line) {
  for (let count = 0; !response.destroyed; count += 1) {
    response.write(line(count));
    await delay(ms);
  }
}

const files = new Set();
let proxies = 0;

async function sendFile(response, query) {
  const bytes = Number(query.get('bytes'));
  const etag = `"${bytes}"`;
  const { range, 'if-range': condition = etag } = response.req.headers;
  const start = condition === etag ? Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0) : 0;
  response.writeHead(start > 0 ? 206 : 200, {
    etag,
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="file.bin"',
    'content-length': bytes - start,
    ...(start > 0 ? { 'content-range': `bytes ${start}-${bytes - 1}/${bytes}` } : {}),
  });
  files.add(response.socket);
  response.once('close', () => files.delete(response.socket));
  for (let at = start; at < bytes && !response.destroyed; at += CHUNK) {
    if (!response.write(fileBytes(at, Math.min(CHUNK, bytes - at)))) {
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    await delay(Number(query.get('ms') ?? 5));
  }
  response.end();
}

const routes = {
  '/': (response) => response.end('ok'),
  // A client that has given up meanwhile has no address any more.
  '/whoami': (response) => response.end((response.socket.remoteAddress ?? '').replace(/^::ffff:/, '')),
  '/version': (response) => response.end(response.req.httpVersion),
  '/slow': async (response, query) => {
    await delay(Number(query.get('ms') ?? 1000));
    response.end('ok');
  },
  '/stream': (response, query) =>
    sendForEver(response, Number(query.get('ms') ?? 50), (count) => `${count}\n`),
  '/unbounded': (response, query) => {
    // Then only the connection's end is the body's.
    response.removeHeader('transfer-encoding');
    response.setHeader('connection', 'close');
    return sendForEver(response, Number(query.get('ms') ?? 50), (count) => `${count}\n`);
  },
  '/events': (response, query) => {
    response.setHeader('content-type', 'text/event-stream');
    const retry = query.has('retry') ? `retry: ${query.get('retry')}\n` : '';
    return sendForEver(
      response,
      Number(query.get('ms') ?? 50),
      (count) => `${retry}id: ${count}\ndata: ${count}\n\n`,
    );
  },
  '/address': (response) => {
    response.setHeader('connection', 'close');
    response.end(response.socket.localAddress.replace(/^::ffff:/, ''));
  },
  '/proxy.pac': (response) => {
    proxies += 1;
    response.setHeader('content-type', 'application/x-ns-proxy-autoconfig');
    response.end(`function FindProxyForURL() { return 'PROXY 192.0.2.99:${proxies}'; }`);
  },
  '/file': sendFile,
  '/reset': (response) => {
    const open = [...files];
    for (const socket of open) socket.resetAndDestroy();
    response.end(String(open.length));
  },
  '/generate_204': (response) => response.writeHead(204).end(),
  '/status': (response, query) => {
    const location = query.get('location');
    response.writeHead(Number(query.get('code') ?? 204), location ? { location } : {}).end();
  },
};

/** Answers a request of HTTP/1 or 2. */
export function answer(request, response) {
  const url = new URL(request.url, 'http://lab');
  // Pages of any origin (file:, a test's own scheme) may read the answers.
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cache-control', 'no-store');
  // Chromium's main process waits for 1024 bytes of an answer otherwise, to guess what it is.
  response.setHeader('x-content-type-options', 'nosniff');
  const route = routes[url.pathname];
  if (route) void route(response, url.searchParams);
  else response.writeHead(404).end();
}
