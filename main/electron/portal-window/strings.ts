import type { WebAddress } from './web-address.js';

/** What the sign-in window says, apart from the portal's own page. */
export interface PortalWindowStrings {
  /** The window's title, for a page that comes over TLS. `{host}` stands for its host. */
  readonly title: string;
  /** The same for a page that comes over plain HTTP, as most portals' do: others in the network can read and change it. */
  readonly titleNotSecure: string;
  /** Where a page cannot be shown. */
  readonly failed: string;
  /** Why that may be. `{host}` stands for its host. */
  readonly failedReason: string;
  readonly tryAgain: string;
}

export const defaultStrings: PortalWindowStrings = {
  title: '{host}',
  titleNotSecure: 'Not secure: {host}',
  failed: 'This page cannot be shown',
  failedReason: '{host} does not answer, or cannot prove who it is.',
  tryAgain: 'Try again',
};

/** The window's title while it shows a page: the host, whatever the page calls itself. */
export function windowTitle(
  { title, titleNotSecure }: PortalWindowStrings,
  { host, isSecure }: WebAddress,
): string {
  return withHost(isSecure ? title : titleNotSecure, host);
}

/** A string with the host in place of `{host}`. */
export function withHost(text: string, host: string): string {
  return text.replaceAll('{host}', () => host);
}
