import type { PortalDiscovery } from '../../core/portal-types.js';
import { httpUrl } from '../urls.js';
import { type AddressKind, addressKind } from './address-kind.js';
import type { PortalEndpoint } from './endpoints.js';
import type { PortalAnswer } from './transport.js';

/** What one answer says of the way to the internet. */
export type Judgement =
  | { readonly says: 'online' }
  | {
      readonly says: 'portal';
      readonly foundBy: Extract<PortalDiscovery, 'redirect' | 'page' | 'status-511'>;
      /** Where the user signs in. */
      readonly url: string;
      /** It may be something else's doing: another endpoint that is answered as expected outweighs it. */
      readonly isWeak: boolean;
    }
  /** Nothing: another endpoint has to be asked. */
  | { readonly says: 'nothing'; readonly why: string };

// No sign-in page is shorter; broken proxies are known to answer such.
const LEAST_PAGE_BYTES = 5;

// What a server may add at the ends of the expected body.
const SPARE_BYTES = 64;

/** How much of the body {@link judgeAnswer} needs. */
export function bodyBytesFor({ body }: PortalEndpoint): number {
  // Where any body will do, its first bytes tell a page from nothing.
  return body === undefined ? 2 * LEAST_PAGE_BYTES : Buffer.byteLength(body) + SPARE_BYTES;
}

/**
 * Judges an answer by what the endpoint is known to answer. What is expected proves the way open. A redirect, a status 511
 * (RFC 6585 section 6) or another success is a portal's; a client's or server's error may be anybody's, and says nothing.
 */
export function judgeAnswer(endpoint: PortalEndpoint, answer: PortalAnswer): Judgement {
  const { mustBePublic = false } = endpoint;
  const kind: AddressKind =
    mustBePublic && answer.remoteAddress !== null ? addressKind(answer.remoteAddress) : 'public';
  if (kind === 'local') return { says: 'nothing', why: 'answered by this machine' };
  const match = matchExpected(endpoint, answer);
  if (match === 'incomplete') return { says: 'nothing', why: 'incomplete answer' };
  if (match === 'same') {
    return kind === 'public'
      ? { says: 'online' }
      : { says: 'nothing', why: 'answered from a private address' };
  }
  const portal = (foundBy: 'redirect' | 'page' | 'status-511', isWeak: boolean): Judgement => ({
    says: 'portal',
    foundBy,
    url: portalUrl(endpoint, answer),
    // Filters that answer blocked names themselves (a name server in the home, say) are not portals.
    isWeak: isWeak || (kind === 'private' && foundBy !== 'status-511'),
  });
  const { status } = answer;
  if (status === 511) return portal('status-511', false);
  if (status >= 300 && status < 400) return portal('redirect', false);
  if (status >= 200 && status < 300) return portal('page', isTiny(answer));
  return { says: 'nothing', why: `status ${status}` };
}

function matchExpected(
  { status = 204, body, header }: PortalEndpoint,
  answer: PortalAnswer,
): 'same' | 'other' | 'incomplete' {
  if (answer.status !== status) return 'other';
  if (header !== undefined && answer.headers[header.name.toLowerCase()] !== header.value) return 'other';
  if (body === undefined) return 'same';
  const text = Buffer.from(answer.body).toString('utf8');
  if (answer.end === 'whole') return text.trim() === body.trim() ? 'same' : 'other';
  // The part that came may be the beginning of what is expected.
  return answer.end === 'broken' && body.trim().startsWith(text.trim()) ? 'incomplete' : 'other';
}

function isTiny({ body, end, headers }: PortalAnswer): boolean {
  if (Buffer.from(body).toString('latin1').trim().length >= LEAST_PAGE_BYTES) return false;
  // A page that is announced, and was too slow to come, is one.
  return end === 'whole' || !(Number(headers['content-length']) >= LEAST_PAGE_BYTES);
}

// A redirect to something that is no web page (a custom scheme, a file) is not for us to open; the probe's own URL leads to
// the portal as well.
function portalUrl({ url }: PortalEndpoint, { status, headers }: PortalAnswer): string {
  const probed = new URL(url);
  const isRedirect = status >= 300 && status < 400;
  const target = isRedirect ? httpUrl(headers['location'], probed) : null;
  // Credentials in a URL are for deceiving (RFC 3986 section 7.6).
  if (target === null || target.username !== '' || target.password !== '') return probed.href;
  return target.href;
}
