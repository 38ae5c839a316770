import type { Family } from '../../core/network-types.js';

/** One request that a portal detector made, and what it says. */
export interface PortalAttempt {
  readonly family: Family;
  readonly url: string;
  /** `probe`: of an endpoint; `api`: of a network's captive-portal API (RFC 8908). */
  readonly purpose: 'probe' | 'api';
  /** `none`: it says nothing, for the reason in `error`. */
  readonly outcome: 'online' | 'portal' | 'none';
  /** The HTTP status, or `null` where no answer came. */
  readonly status: number | null;
  /** Who answered, or `null`. */
  readonly remoteAddress: string | null;
  /** Why it says nothing: a word, or an error's code; `null` where it says something. */
  readonly error: string | null;
  /** The server's certificate was not its own: somebody intercepts TLS. Never accepted. */
  readonly isTlsIntercepted: boolean;
  readonly durationMs: number;
}

/** What to say of a request that failed. */
export function failureOf(error: unknown): { readonly error: string; readonly isTlsIntercepted: boolean } {
  const code = codeOf(error);
  return { error: code, isTlsIntercepted: CERTIFICATE_ERRORS.has(code) };
}

function codeOf(error: unknown): string {
  if (error instanceof Error) {
    const { code } = error as NodeJS.ErrnoException;
    return typeof code === 'string' ? code : error.message;
  }
  return String(error);
}

// What OpenSSL says of a chain that leads to no authority we trust, and Node of a name that differs (nodejs.org, "TLS: X509
// certificate error codes"). An expired one is no interception, but as little to be trusted.
const CERTIFICATE_ERRORS: ReadonlySet<string> = new Set([
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
