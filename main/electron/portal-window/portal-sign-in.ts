import { shell } from 'electron';
import type { NetworkMonitor } from '../../monitor/network-monitor.js';
import type { PortalDetector } from '../../portal/portal-detector.js';
import { openPortalWindow } from './open-portal-window.js';
import type { PortalWindow } from './portal-window.js';
import { type BegunSignIn, isOver } from './sign-in-end.js';
import type { PortalSignInOptions } from './sign-in-options.js';
import { webAddress } from './web-address.js';

interface OpenSignIn extends BegunSignIn {
  readonly window: PortalWindow;
  readonly watch: Disposable | undefined;
}

/** Opens the sign-in window of the network's portal, and closes it when the user is through or the network is another one. */
export class PortalSignIn {
  readonly #monitor: Pick<NetworkMonitor, 'state' | 'on' | 'off'>;
  readonly #detector: Pick<PortalDetector, 'watchSignIn'> | null;
  readonly #options: PortalSignInOptions;
  #open: OpenSignIn | null = null;

  constructor(
    monitor: Pick<NetworkMonitor, 'state' | 'on' | 'off'>,
    detector: Pick<PortalDetector, 'watchSignIn'> | null,
    options: PortalSignInOptions,
  ) {
    this.#monitor = monitor;
    this.#detector = detector;
    this.#options = options;
    monitor.on('change', this.#changed);
  }

  /** Opens it, or brings it to the front; `false` where there is no portal. */
  open(): boolean {
    const { portal, defaultPaths: paths } = this.#monitor.state;
    const address = portal === null ? null : webAddress(portal.url);
    if (portal === null || address === null) return false;
    if (this.#options.openIn === 'browser') {
      // That the system has no browser is its own message to the user.
      shell.openExternal(address.url).catch(() => {});
      return true;
    }
    const window = openPortalWindow(address.url, this.#options);
    if (window === this.#open?.window) return true;
    const opened: OpenSignIn = { window, portal, paths, watch: this.#detector?.watchSignIn() };
    this.#open = opened;
    void window.closed.then(() => {
      opened.watch?.[Symbol.dispose]();
      if (this.#open === opened) this.#open = null;
    });
    return true;
  }

  /** Closes the window, and opens none by itself afterwards. Idempotent. */
  close(): void {
    this.#monitor.off('change', this.#changed);
    this.#open?.window.close();
  }

  readonly #changed = (): void => {
    if (this.#open !== null && isOver(this.#open, this.#monitor.state)) this.#open.window.close();
  };
}
