// What the constructor and close() of a WebSocket take, by the WebSockets standard (websockets.spec.whatwg.org).

/** A token of RFC 7230 section 3.2.6, as subprotocols are. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;
// RFC 6455 section 5.5.1: a control frame holds 125 bytes, and the code takes two.
const REASON_BYTES = 123;

/** What `url` means as the URL of a WebSocket. Throws `SyntaxError` (a `DOMException`) where it means nothing. */
export function webSocketUrl(url: string | URL): URL {
  const parsed = parse(url);
  // Before Chrome 125 the WebSocket class itself knew none but these two.
  if (parsed.protocol === 'http:') parsed.protocol = 'ws:';
  if (parsed.protocol === 'https:') parsed.protocol = 'wss:';
  if (!/^wss?:$/.test(parsed.protocol)) throw syntaxError(`'${parsed.protocol}' is no scheme of a WebSocket`);
  if (parsed.href.includes('#')) throw syntaxError('the URL of a WebSocket has no fragment');
  return parsed;
}

/** Throws `SyntaxError` (a `DOMException`) on what are no subprotocols. */
export function subprotocols(protocols: string | readonly string[]): string[] {
  const list = typeof protocols === 'string' ? [protocols] : [...protocols];
  if (!list.every((protocol) => TOKEN.test(protocol)) || new Set(list).size < list.length) {
    throw syntaxError(`'${list}' are no subprotocols`);
  }
  return list;
}

/** Throws `InvalidAccessError` or `SyntaxError` (a `DOMException`) on what `close()` does not take. */
export function checkClose(code: number | undefined, reason: string | undefined): void {
  if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
    throw new DOMException(`a page closes with code 1000 or 3000 to 4999, not ${code}`, 'InvalidAccessError');
  }
  if (reason !== undefined && utf8Bytes(reason) > REASON_BYTES) {
    throw syntaxError(`a reason has at most ${REASON_BYTES} bytes`);
  }
}

/** The length of `text` as it is sent. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function parse(url: string | URL): URL {
  try {
    return new URL(url, globalThis.document?.baseURI);
  } catch {
    throw syntaxError(`'${url}' is no URL`);
  }
}

function syntaxError(message: string): DOMException {
  return new DOMException(message, 'SyntaxError');
}
