/** The browser's part of a user agent: a portal need not know which application asks. */
export function plainUserAgent(userAgent: string): string {
  // At spaces, but those within parentheses.
  return userAgent
    .split(/\s+(?![^(]*\))/)
    .filter((token) => /^(Mozilla|AppleWebKit|Chrome|Safari)\/|^\(/.test(token))
    .join(' ');
}
