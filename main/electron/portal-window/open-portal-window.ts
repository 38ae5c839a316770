import { invalidArgument } from '../../../core/errors.js';
import { PortalWindow, type PortalWindowOptions } from './portal-window.js';
import { webAddress } from './web-address.js';

let current: PortalWindow | undefined;

/**
 * Opens the sign-in window on a captive portal's page: for applications that find portals by themselves. Call it for an act of the
 * user's only, a click on "Sign in". There is one such window at a time; where it is open already, it is brought to the
 * front as it is.
 *
 * The window is a new in-memory session without preload script, Node, permissions, downloads or pop-ups; only `http:` and
 * `https:` pages open in it, certificate errors are final, its title is the page's host, and nothing is left of it
 * when it is closed.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` where `url` is no `http:` or `https:` URL.
 */
export function openPortalWindow(url: string, options: PortalWindowOptions = {}): PortalWindow {
  const address = webAddress(url);
  if (address === null) throw invalidArgument('url', 'must be an http: or https: URL');
  if (current === undefined || current.isClosed) current = new PortalWindow(address, options);
  else current.focus();
  return current;
}
