import { BrowserWindow, nativeTheme, type Session } from 'electron';

/** The demo's window, not yet loaded. */
export function createWindow(preload: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    useContentSize: true,
    title: 'roamkit',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0b0e14' : '#f3f4f7',
    autoHideMenuBar: true,
    show: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      // The timeline shows when events reach the page; throttled timers would not be roamkit's doing.
      backgroundThrottling: false,
    },
  });
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-navigate', (event) => event.preventDefault());
  refusePermissions(window.webContents.session);
  window.once('ready-to-show', () => window.show());
  return window;
}

function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
}
