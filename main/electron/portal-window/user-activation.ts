import type { WebContents } from 'electron';

// No world of Electron's (0 is the page, 999 its preload scripts), and none that applications number from 1000 on.
const WORLD = 0x726f616d;

/**
 * Whether the user has clicked, tapped or pressed a key in a window within the last moments (transient activation, about 5 s:
 * HTML standard, "tracking user activation"). Asked in a JavaScript world of its own, whose `navigator` the page's scripts
 * cannot replace. Input that a screen reader makes counts, which the input events in the main process would not show.
 *
 * A renderer process that somebody has taken over can lie, like with anything a page says. Never rejects.
 */
export async function hasUserActivation(
  contents: Pick<WebContents, 'executeJavaScriptInIsolatedWorld'>,
): Promise<boolean> {
  try {
    const answer: unknown = await contents.executeJavaScriptInIsolatedWorld(WORLD, [
      { code: 'navigator.userActivation.isActive' },
    ]);
    return answer === true;
  } catch {
    return false;
  }
}
