/** What a {@link PortalServer} does with a request. */
export type PortalBehaviour =
  /** Answers. */
  | {
      readonly kind: 'answer';
      /** Default 204. */
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Default: none. */
      readonly body?: string | Uint8Array;
      /** Before the header, in milliseconds. Default 0. */
      readonly delayMs?: number;
      /** Between header and body, in milliseconds. Default 0. */
      readonly bodyDelayMs?: number;
    }
  /** Sends a header and then a byte now and again, without end. */
  | { readonly kind: 'drip'; readonly status?: number; readonly everyMs: number }
  /** Sends a header and a body as fast as it is taken, without end. */
  | { readonly kind: 'flood'; readonly status?: number }
  /** Promises a body and closes the connection in the middle of it. */
  | { readonly kind: 'truncate'; readonly status?: number; readonly body: string }
  /** Never answers. */
  | { readonly kind: 'silence' }
  /** Closes the connection with a reset (over TLS: at once) instead of an answer. */
  | { readonly kind: 'reset'; readonly delayMs?: number }
  /** Sends these bytes, which need not be HTTP, and closes the connection. */
  | { readonly kind: 'raw'; readonly bytes: string | Uint8Array }
  /**
   * A whole portal: every URL is redirected to `/sign-in`, which has a form; once that is sent, the network is open and every URL
   * answers 204.
   */
  | { readonly kind: 'captive' };

/** A network without a portal: 204. */
export const openNetwork: PortalBehaviour = { kind: 'answer', status: 204 };

/** A portal that redirects. `status`: 300 to 399, default 302. */
export function redirectTo(location: string, status = 302): PortalBehaviour {
  return { kind: 'answer', status, headers: { location } };
}

/** A portal that answers with its own page. `status`: 200 to 299, default 200. */
export function signInPage(title = 'Sign in', status = 200): PortalBehaviour {
  const body = `<!doctype html><title>${title}</title><form method="post"><button>${title}</button></form>`;
  return { kind: 'answer', status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** A portal that says so: 511 (RFC 6585 section 6). */
export function loginRequired(retryAfter?: string): PortalBehaviour {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return { kind: 'answer', status: 511, headers, body: 'Network Authentication Required' };
}

/** A captive-portal API's answer (RFC 8908 section 5), of its fields: `{ captive: true, 'user-portal-url': 'https://…' }`. */
export function captiveApi(fields: Readonly<Record<string, unknown>>): PortalBehaviour {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/captive+json', 'cache-control': 'private' },
    body: JSON.stringify(fields),
  };
}
