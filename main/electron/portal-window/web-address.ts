/** A web page's address, as far as the sign-in window may go to it and show it. */
export interface WebAddress {
  /** Without user name and password: a portal has no business with either. */
  readonly url: string;
  /**
   * Host and port as text. International names are in their ASCII form (`xn--`, RFC 5891), as the URL standard makes them,
   * so no character of a host can look like another, or turn the text around it.
   */
  readonly host: string;
  /** The page comes over TLS. */
  readonly isSecure: boolean;
}

/** The address in `text`, or `null` where it is no `http:` or `https:` URL. */
export function webAddress(text: string): WebAddress | null {
  const url = parsed(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  url.username = '';
  url.password = '';
  return { url: url.href, host: url.host, isSecure: url.protocol === 'https:' };
}

// Electron 25 has no URL.canParse yet.
function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
