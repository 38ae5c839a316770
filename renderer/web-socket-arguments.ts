// What the constructor and close() of a WebSocket take, by the WebSockets standard (websockets.spec.whatwg.org).

/** A token of RFC 7230 section 3.2.6, as subprotocols are. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;
// RFC 6455 section 5.5.1: a control frame holds 125 bytes, and the code takes two.
const REASON_BYTES = 123;

/** What `url` means as the URL of a WebSocket. Throws `SyntaxError` (a `DOMException`) where it means nothing. */
export function webSocketUrl(url: string | URL): URL {
  try {
    const parsed = new URL(url, globalThis.document?.baseURI);
    // Before Chrome 125 the WebSocket class itself knew no `http:` and `https:`.
    parsed.protocol = parsed.protocol.replace('http', 'ws');
    if (/^wss?:[^#]*$/.test(parsed.href)) return parsed;
  } catch {}
  throw unusable(`URL: ${url}`);
}

/** Throws `SyntaxError` (a `DOMException`) on what are no subprotocols. */
export function subprotocols(protocols: string | readonly string[]): string[] {
  const list = [protocols].flat();
  if (list.every((protocol) => TOKEN.test(protocol)) && new Set(list).size === list.length) return list;
  throw unusable(`subprotocols: ${list}`);
}

/** Throws `InvalidAccessError` or `SyntaxError` (a `DOMException`) on what `close()` does not take. */
export function checkClose(code = 1000, reason = ''): void {
  if (code !== 1000 && !(code >= 3000 && code <= 4999)) throw unusable(`code: ${code}`, 'InvalidAccessError');
  if (new Blob([reason]).size > REASON_BYTES) throw unusable(`reason: longer than ${REASON_BYTES} bytes`);
}

function unusable(what: string, name = 'SyntaxError'): DOMException {
  return new DOMException(`no WebSocket takes this ${what}`, name);
}
