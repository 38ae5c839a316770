import type { Family } from '../../core/network-types.js';

/** One request of a portal detector: a GET with no credentials, over no proxy, whose redirects are not followed. */
export interface PortalRequest {
  readonly url: URL;
  /** The only family to connect with. */
  readonly family: Family;
  /** The address to connect from, or `null` to leave it to the system. */
  readonly source: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** No more of the body is wanted. */
  readonly mostBodyBytes: number;
}

/** What came back. */
export interface PortalAnswer {
  readonly status: number;
  /** By lower-case name; of repeated ones the first, or all joined, as HTTP defines for each. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** `whole`: that is all of the body; `cut`: there was more; `broken`: the rest did not come (in time). */
  readonly end: 'whole' | 'cut' | 'broken';
  /** Who answered, or `null` where that is not known. */
  readonly remoteAddress: string | null;
}

/**
 * Sends one request. Resolves once the answer's body has ended, been cut or broken off; rejects where not even a header came. When
 * `signal` aborts it is over: with the header at hand the body counts as broken, else it rejects with the signal's reason.
 */
export type PortalTransport = (request: PortalRequest, signal: AbortSignal) => Promise<PortalAnswer>;
