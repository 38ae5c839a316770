import { BrowserWindow, type Session, type WebContents } from 'electron';
import { failurePage } from './failure-page.js';
import { guardContents } from './guard-contents.js';
import { forgetSession, openIsolatedSession } from './isolated-session.js';
import { defaultStrings, type PortalWindowStrings, windowTitle } from './strings.js';
import { type WebAddress, webAddress } from './web-address.js';

/** How the sign-in window looks and speaks. */
export interface PortalWindowOptions {
  /** In pixels. Default 520. */
  readonly width?: number;
  /** In pixels. Default 720. */
  readonly height?: number;
  /** What differs from the English default. */
  readonly strings?: Partial<PortalWindowStrings>;
}

// Another navigation took this one's place, or it was a download or an answer without content: the page before stays.
const ERR_ABORTED = -3;

/**
 * The window in which the user signs in to a captive portal: whatever is in charge of the network writes its pages. It
 * shares nothing with the application, can do nothing but show web pages in this one window, and is forgotten when
 * it is closed.
 */
export class PortalWindow {
  readonly #window: BrowserWindow;
  readonly #session: Session;
  readonly #strings: PortalWindowStrings;
  /** Resolves when the window is closed and nothing is left of what was in it. */
  readonly closed: Promise<void>;

  /** Opens it on a portal's page. */
  constructor(address: WebAddress, { width = 520, height = 720, strings }: PortalWindowOptions = {}) {
    this.#strings = { ...defaultStrings, ...strings };
    this.#session = openIsolatedSession();
    this.#window = new BrowserWindow({
      width,
      height,
      title: windowTitle(this.#strings, address),
      autoHideMenuBar: true,
      fullscreenable: false,
      webPreferences: webPreferences(this.#session),
    });
    // The application's menu has commands for its own windows.
    this.#window.removeMenu();
    this.closed = new Promise((resolve) => {
      this.#window.once('closed', () => void forgetSession(this.#session).then(resolve));
    });
    const { webContents } = this.#window;
    guardContents(webContents, () => {
      // A page that is there stays; without one the window would be blank.
      if (!this.isClosed && webAddress(webContents.getURL()) === null)
        this.#showFailure(webContents, address);
    });
    this.#followPage(webContents, address);
    this.#load(webContents, address.url);
  }

  get isClosed(): boolean {
    return this.#window.isDestroyed();
  }

  /** Brings it to the front. */
  focus(): void {
    if (this.#window.isDestroyed()) return;
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.focus();
  }

  /** Closes it, whatever the page says to that. Idempotent. */
  close(): void {
    if (!this.#window.isDestroyed()) this.#window.destroy();
  }

  #followPage(contents: WebContents, first: WebAddress): void {
    // A page names itself as it likes.
    this.#window.on('page-title-updated', (event) => event.preventDefault());
    contents.on('did-navigate', (_event, url) => {
      const address = webAddress(url);
      // `null` for our own page about a failure, which follows the title of what failed.
      if (address !== null) this.#window.setTitle(windowTitle(this.#strings, address));
    });
    contents.on('did-fail-load', (_event, errorCode, _description, url, isMainFrame) => {
      if (!isMainFrame || errorCode === ERR_ABORTED || this.#window.isDestroyed()) return;
      this.#showFailure(contents, webAddress(url) ?? first);
    });
  }

  #showFailure(contents: WebContents, failed: WebAddress): void {
    this.#window.setTitle(windowTitle(this.#strings, failed));
    this.#load(contents, failurePage(this.#strings, failed));
  }

  // How a load ends is told by `did-navigate` and `did-fail-load`.
  #load(contents: WebContents, url: string): void {
    contents.loadURL(url).catch(() => {});
  }
}

function webPreferences(isolated: Session): Electron.WebPreferences {
  return {
    session: isolated,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    nodeIntegrationInWorker: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    plugins: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    // A page in a loop of `alert()` would hold the user.
    disableDialogs: true,
    devTools: false,
    autoplayPolicy: 'document-user-activation-required',
  };
}
