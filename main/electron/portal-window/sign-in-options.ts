import { invalidArgument } from '../../../core/errors.js';
import type { PortalWindowOptions } from './portal-window.js';

/** Where and how the user signs in to a captive portal. */
export interface PortalSignInOptions extends PortalWindowOptions {
  /**
   * `window`: in a window of the application's that is isolated from the rest of it. `browser`: in the system's default browser, which
   * has the user's own bookmarks, extensions and cookies, and does not close by itself. Default `window`.
   */
  readonly openIn?: 'window' | 'browser';
}

/** Throws `ERR_ROAMKIT_INVALID_ARGUMENT`, naming the option, on one that cannot be used. */
export function checkSignInOptions(options: PortalSignInOptions): void {
  const { openIn = 'window' } = options;
  if (openIn !== 'window' && openIn !== 'browser') {
    throw invalidArgument('portalWindow.openIn', `must be window or browser, not ${String(openIn)}`);
  }
  for (const name of ['width', 'height'] as const) {
    const size = options[name] ?? 1;
    if (!(Number.isInteger(size) && size > 0)) {
      throw invalidArgument(`portalWindow.${name}`, `must be a positive number of pixels, not ${size}`);
    }
  }
}
