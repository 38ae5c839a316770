import { isIP } from 'node:net';
import { invalidArgument } from '../../core/errors.js';
import type { Family } from '../../core/network-types.js';
import { httpUrl, withoutBrackets } from '../urls.js';

/** A URL that is known to answer one thing on the open internet, so that any other answer is a portal's. */
export interface PortalEndpoint {
  /** `http:`, which portals can answer; with `https:` one only learns that the internet is open, not who closes it. */
  readonly url: string;
  /** The status it answers, 200 to 599. Default 204. */
  readonly status?: number;
  /** The body it answers, but for white space at its ends. Default: any. */
  readonly body?: string;
  /** A header it answers, by name and exact value. Default: none is asked for. */
  readonly header?: { readonly name: string; readonly value: string };
  /**
   * Its host is on the public internet: an answer that came from a private or link-local address is somebody else's, and never
   * proves that the way is open; one from this machine (a name blocked in its hosts file) proves nothing. Default `false`, so that an
   * organisation may run its own.
   */
  readonly mustBePublic?: boolean;
}

/**
 * Well-known endpoints of four vendors, tried in turn: some are blocked in some countries. They are what the vendors' own systems
 * ask, over plain HTTP, and learn nothing from it but that some device at this IP address looked.
 */
export const defaultPortalEndpoints: readonly PortalEndpoint[] = Object.freeze([
  // Android and Chrome OS.
  { url: 'http://connectivitycheck.gstatic.com/generate_204', status: 204, mustBePublic: true },
  // iOS and macOS.
  {
    url: 'http://captive.apple.com/hotspot-detect.html',
    status: 200,
    body: '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>',
    mustBePublic: true,
  },
  // Firefox.
  {
    url: 'http://detectportal.firefox.com/success.txt',
    status: 200,
    body: 'success',
    mustBePublic: true,
  },
  // Windows, on a host that has addresses of both families.
  {
    url: 'http://www.msftconnecttest.com/connecttest.txt',
    status: 200,
    body: 'Microsoft Connect Test',
    mustBePublic: true,
  },
]);

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the field, unless all can be asked. */
export function checkEndpoints(endpoints: readonly PortalEndpoint[]): readonly PortalEndpoint[] {
  if (!Array.isArray(endpoints) || endpoints.length === 0) {
    throw invalidArgument('endpoints', 'must be a list of at least one endpoint');
  }
  endpoints.forEach(checkEndpoint);
  return endpoints;
}

function checkEndpoint(endpoint: PortalEndpoint, index: number): void {
  const field = `endpoints[${index}]`;
  if (typeof endpoint !== 'object' || endpoint === null) throw invalidArgument(field, 'must be an object');
  const { url, status = 204, body, header } = endpoint;
  if (httpUrl(url) === null) throw invalidArgument(`${field}.url`, 'must be an http: or https: URL');
  if (!(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw invalidArgument(`${field}.status`, `must be 200 to 599, not ${String(status)}`);
  }
  if (body !== undefined && typeof body !== 'string')
    throw invalidArgument(`${field}.body`, 'must be a text');
  if (header === undefined) return;
  if (typeof header?.name !== 'string' || typeof header.value !== 'string') {
    throw invalidArgument(`${field}.header`, 'must have a name and a value');
  }
}

/** Whether a URL's host may have an address of this family: a name may, a literal only of its own. */
export function mayHaveFamily({ hostname }: URL, family: Family): boolean {
  const literal = isIP(withoutBrackets(hostname));
  return literal === 0 || literal === family;
}
