import type { WebContents } from 'electron';
import { webAddress } from './web-address.js';

/**
 * Keeps a page to one window and to the web, whatever it tries. `redirectRefused` is called where the page that was to come
 * turned out to be none.
 */
export function guardContents(contents: WebContents, redirectRefused: () => void): void {
  const onlyToTheWeb = (event: { preventDefault(): void }, url: string): void => {
    if (webAddress(url) === null) event.preventDefault();
  };
  contents.on('will-navigate', onlyToTheWeb);
  contents.on('will-redirect', (event, url, _isInPlace, isMainFrame) => {
    if (webAddress(url) !== null) return;
    event.preventDefault();
    // In a turn of its own, when the navigation is over.
    if (isMainFrame) setImmediate(redirectRefused);
  });
  contents.setWindowOpenHandler(({ url, referrer, postBody }) => {
    // Portals open their pages in new windows too. There is one window, so that is where they go.
    const target = webAddress(url);
    if (target !== null) {
      const post = postBody === undefined ? {} : { postData: postBody.data };
      contents.loadURL(target.url, { httpReferrer: referrer, ...post }).catch(() => {});
    }
    return { action: 'deny' };
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // Otherwise Electron sends the first certificate that the user has: a name for whoever asks.
  contents.on('select-client-certificate', (event, _url, _certificates, answer) => {
    event.preventDefault();
    Reflect.apply(answer, undefined, []);
  });
  // A page cannot hold its window open.
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  // Or tell the network's addresses of this computer by WebRTC.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}
