import { Notification } from 'electron';
import { invalidArgument } from '../../../core/errors.js';
import type { Roamkit } from '../roamkit.js';
import { type PortalMenuItem, PortalNotices, type ShownNotice } from './portal-notices.js';
import { defaultStrings, type PortalNoticeStrings } from './strings.js';

/** How an application without a window tells of captive portals. */
export interface PortalNoticeOptions {
  /**
   * Called with what belongs into the application's tray menu: at once, and whenever that changes. Empty while there is nothing
   * for the user to do.
   */
  readonly onMenu?: (items: readonly PortalMenuItem[]) => void;
  /** Whether a notification of the system's is shown, where it has them. Default `true`. */
  readonly notification?: boolean;
  /** What differs from the English default. */
  readonly strings?: Partial<PortalNoticeStrings>;
}

/**
 * Tells the user of captive portals with a notification and a tray menu: for applications that have no window to put a prompt
 * in. A click opens the sign-in window, as `roamkit.openPortal()` does; what is shown goes when the user is through or the
 * network is another one.
 *
 * ```ts
 * const notices = notifyOfPortal(roamkit, {
 *   onMenu: (items) => tray.setContextMenu(Menu.buildFromTemplate([...items, ...ownItems])),
 * });
 * ```
 *
 * @returns what stops it.
 * @throws RoamkitError `ERR_ROAMKIT_INVALID_ARGUMENT` where `onMenu` is no function.
 */
export function notifyOfPortal(
  roamkit: Pick<Roamkit, 'monitor' | 'portal' | 'openPortal'>,
  { onMenu = () => {}, notification = true, strings }: PortalNoticeOptions = {},
): Disposable {
  if (typeof onMenu !== 'function') throw invalidArgument('onMenu', 'must be a function');
  const { monitor } = roamkit;
  const notices = new PortalNotices({
    strings: { ...defaultStrings, ...strings },
    notify: (title, body, onClick) => (notification ? showNotification(title, body, onClick) : null),
    setMenu: onMenu,
    signIn: () => roamkit.openPortal(),
    // Rejects where roamkit is disposed of.
    tryAgain: () => void roamkit.portal?.detect().catch(() => {}),
  });
  const changed = (): void => notices.update(monitor.state);
  monitor.on('change', changed);
  changed();
  return {
    [Symbol.dispose]: () => {
      monitor.off('change', changed);
      notices.close();
    },
  };
}

function showNotification(title: string, body: string, onClick: () => void): ShownNotice | null {
  if (!Notification.isSupported()) return null;
  const shown = new Notification({ title, body });
  shown.on('click', onClick);
  shown.show();
  return shown;
}
