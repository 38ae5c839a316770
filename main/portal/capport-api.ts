import type { Family } from '../../core/network-types.js';
import { httpUrl } from '../urls.js';
import { failureOf, type PortalAttempt } from './attempt.js';
import { type RequestMeans, timedRequest } from './timed-request.js';

/** What a captive-portal API says (RFC 8908 section 5); `null`: it does not say. */
export interface CapportStatus {
  readonly isCaptive: boolean;
  /** Over `https:`, as the RFC demands. */
  readonly userPortalUrl: string | null;
  readonly venueInfoUrl: string | null;
  readonly canExtendSession: boolean | null;
  readonly secondsRemaining: number | null;
  readonly bytesRemaining: number | null;
}

/** The URI by which a network says that it has no portal (RFC 8910 section 2). */
export const UNRESTRICTED = 'urn:ietf:params:capport:unrestricted';

// An answer has a handful of fields; a longer one is not read to its end.
const MOST_BYTES = 64 * 1024;

/** The API's URL if a network's announcement has one that may be asked: over TLS (RFC 8908 section 4), with no credentials in it. */
export function apiUrl(uri: string): URL | null {
  const url = httpUrl(uri);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' ? url : null;
}

/** What the API is asked with. */
export interface ApiMeans extends RequestMeans {
  readonly onAttempt: (attempt: PortalAttempt) => void;
}

/**
 * Asks a captive-portal API. `null` where it gives no answer that can be used: no TLS that can be trusted, another status or media
 * type, no JSON, no `captive`. Rejects never.
 */
export async function askApi(
  means: ApiMeans,
  url: URL,
  from: { readonly family: Family; readonly source: string | null },
  signal: AbortSignal,
): Promise<CapportStatus | null> {
  const startedAt = means.clock.now();
  const note = (rest: Omit<PortalAttempt, 'family' | 'url' | 'purpose' | 'durationMs'>): void => {
    if (signal.aborted) return;
    const durationMs = means.clock.now() - startedAt;
    means.onAttempt({ family: from.family, url: url.href, purpose: 'api', ...rest, durationMs });
  };
  try {
    const headers = { accept: 'application/captive+json', connection: 'close' };
    const answer = await timedRequest(means, { url, ...from, headers, mostBodyBytes: MOST_BYTES }, signal);
    const { status, remoteAddress } = answer;
    const mediaType = answer.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
    const isUsable = status === 200 && mediaType === 'application/captive+json' && answer.end === 'whole';
    const said = isUsable ? parseCapport(Buffer.from(answer.body).toString('utf8')) : null;
    note({
      outcome: said === null ? 'none' : said.isCaptive ? 'portal' : 'online',
      status,
      remoteAddress,
      error: said === null ? 'not an answer of a captive-portal API' : null,
      isTlsIntercepted: false,
    });
    return said;
  } catch (cause) {
    note({ outcome: 'none', status: null, remoteAddress: null, ...failureOf(cause) });
    return null;
  }
}

/** What a body says, or `null` where it is no object with a `captive`. Other fields of the wrong type are as if they were not there. */
export function parseCapport(text: string): CapportStatus | null {
  const fields = parsedObject(text);
  const isCaptive = fields?.['captive'];
  if (fields === null || typeof isCaptive !== 'boolean') return null;
  const portalUrl = httpUrl(fields['user-portal-url']);
  const canExtend = fields['can-extend-session'];
  return {
    isCaptive,
    userPortalUrl: portalUrl?.protocol === 'https:' ? portalUrl.href : null,
    venueInfoUrl: httpUrl(fields['venue-info-url'])?.href ?? null,
    canExtendSession: typeof canExtend === 'boolean' ? canExtend : null,
    secondsRemaining: countOf(fields['seconds-remaining']),
    bytesRemaining: countOf(fields['bytes-remaining']),
  };
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
