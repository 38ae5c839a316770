// URLs as they come from pages, portals and settings: any text.

/** A URL, or `null` where the text is none. (Electron 25 has no `URL.canParse` yet.) */
export function parsedUrl(text: string, base?: URL): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

/** The URL that a text holds, if it is one of `http:` or `https:`, else `null`. */
export function httpUrl(text: unknown, base?: URL): URL | null {
  const url = typeof text === 'string' ? parsedUrl(text, base) : null;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : null;
}

/** The host of a URL as an IP literal, where it is one. */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
