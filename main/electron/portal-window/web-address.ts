import { httpUrl } from '../../urls.js';

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
  const url = httpUrl(text);
  if (url === null) return null;
  url.username = '';
  url.password = '';
  return { url: url.href, host: url.host, isSecure: url.protocol === 'https:' };
}
