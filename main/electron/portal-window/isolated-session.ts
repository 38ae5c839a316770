import { randomUUID } from 'node:crypto';
import { type Session, session } from 'electron';
import { plainUserAgent } from './plain-user-agent.js';
import { makeSignInSession } from './sign-in-sessions.js';

// What a web page is made of. `file:`, and every protocol of the application's own or of Chromium's, is not.
const WEB_SCHEMES = new Set(['http:', 'https:', 'ws:', 'wss:', 'data:', 'blob:', 'about:']);

const CHALLENGE = /^(www|proxy)-authenticate$/i;

/**
 * A session for one sign-in: in memory, shared with nobody, without preload scripts, permissions, downloads, proxies or a way
 * around a certificate error. Electron keeps an empty shell of it until the application ends; {@link forgetSession}
 * takes out what was in it.
 */
export function openIsolatedSession(): Session {
  // Without `persist:` it is in memory; a name of its own each time makes it a new one.
  const isolated = makeSignInSession(() =>
    session.fromPartition(`roamkit-portal-${randomUUID()}`, { cache: false }),
  );
  removePreloads(isolated);
  denyPermissions(isolated);
  isolated.on('will-download', (event) => event.preventDefault());
  isolated.setSpellCheckerEnabled(false);
  isolated.setUserAgent(plainUserAgent(isolated.getUserAgent()));
  // A portal is in the local network. The system's proxy is behind it, and would learn of the sign-in.
  void isolated.setProxy({ mode: 'direct' });
  failOnCertificateErrors(isolated);
  guardRequests(isolated);
  return isolated;
}

/** Takes out all that a page left in a session, and closes its connections. Never rejects. */
export async function forgetSession(isolated: Session): Promise<void> {
  await Promise.allSettled([
    isolated.clearStorageData(),
    isolated.clearCache(),
    isolated.clearCodeCaches({}),
    isolated.clearAuthCache(),
    isolated.clearHostResolverCache(),
    isolated.closeAllConnections(),
  ]);
}

// An application that injects a preload script into each session it hears of (`session-created`) means its own pages.
function removePreloads(isolated: Session): void {
  // Electron 35 and newer.
  if (typeof isolated.getPreloadScripts === 'function') {
    for (const { id } of isolated.getPreloadScripts()) isolated.unregisterPreloadScript(id);
  } else {
    isolated.setPreloads([]);
  }
}

function denyPermissions(isolated: Session): void {
  // Among them `openExternal`: a link of another protocol starts no other program.
  isolated.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  isolated.setPermissionCheckHandler(() => false);
  isolated.setDevicePermissionHandler(() => false);
}

// -3 keeps Chromium's own verdict. -2 is a plain failure and no certificate error: `certificate-error` is not emitted, so
// that a handler of the application's that lets certificates pass is never asked.
function failOnCertificateErrors(isolated: Session): void {
  isolated.setCertificateVerifyProc(({ errorCode }, answer) => answer(errorCode === 0 ? -3 : -2));
}

function guardRequests(isolated: Session): void {
  isolated.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !WEB_SCHEMES.has(url.slice(0, url.indexOf(':') + 1)) });
  });
  // A challenge would have Electron ask the application's `login` handler, which may know passwords for others. A portal
  // asks on a page, and as 403 this one is shown as such.
  isolated.webRequest.onHeadersReceived(({ responseHeaders = {} }, answer) => {
    const kept = Object.entries(responseHeaders).filter(([name]) => !CHALLENGE.test(name));
    const isChallenge = kept.length < Object.keys(responseHeaders).length;
    // Electron takes a status line only together with headers.
    answer(
      isChallenge ? { statusLine: 'HTTP/1.1 403 Forbidden', responseHeaders: Object.fromEntries(kept) } : {},
    );
  });
}
