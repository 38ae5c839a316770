/**
 * How long a `Retry-After` header (RFC 9110 section 10.2.3) asks to wait, in milliseconds: seconds or an HTTP date; `null` where there is
 * none that makes sense. `wallNow` is the time in milliseconds since the epoch.
 */
export function retryAfterMs(header: string | undefined, wallNow: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse takes much that is no HTTP date, numbers among it.
  if (!/^[A-Z][a-z]{2,8},? .*\d{4}/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - wallNow);
}
