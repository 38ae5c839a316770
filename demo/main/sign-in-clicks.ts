import { BrowserWindow, type WebContents } from 'electron';

// A click by somebody who looks on may come before, or instead.
const TRIES = 50;
const TRY_MS = 100;

const PROMPT_BUTTON = `document.querySelector('roamkit-portal-prompt').shadowRoot.querySelector('[part~=sign-in]')`;
const PORTAL_BUTTON = `document.querySelector('form button')`;

/** Clicks on "Sign in" of the prompt in `window`, as a user would, and waits for the portal's window. Not where there is one. */
export async function openSignIn(window: BrowserWindow): Promise<void> {
  if (signInWindow(window) !== null) return;
  if (await click(window.webContents, PROMPT_BUTTON)) await eventually(() => signInWindow(window) !== null);
}

/** Clicks on the button of the portal's page. Opens its window where there is none. */
export async function signIn(window: BrowserWindow): Promise<void> {
  await openSignIn(window);
  await eventually(async () => {
    const portal = signInWindow(window);
    return portal === null || click(portal.webContents, PORTAL_BUTTON);
  });
}

/** The window that is not the demo's own. */
function signInWindow(own: BrowserWindow): BrowserWindow | null {
  return BrowserWindow.getAllWindows().find((window) => window !== own) ?? null;
}

/** Clicks on an element with a real mouse event; `false` where it cannot be seen. */
async function click(contents: WebContents, expression: string): Promise<boolean> {
  const place = await placeOf(contents, expression).catch(() => null);
  if (place === null || contents.isDestroyed()) return false;
  const mouse = { ...place, button: 'left', clickCount: 1 } as const;
  contents.sendInputEvent({ type: 'mouseDown', ...mouse });
  contents.sendInputEvent({ type: 'mouseUp', ...mouse });
  return true;
}

/** The middle of an element, in the page's pixels. */
function placeOf(
  contents: WebContents,
  expression: string,
): Promise<{ readonly x: number; readonly y: number } | null> {
  return contents.executeJavaScript(`{
    const { x, y, width, height } = ${expression}.getBoundingClientRect();
    width > 0 ? { x: Math.round(x + width / 2), y: Math.round(y + height / 2) } : null;
  }`);
}

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let count = 0; count < TRIES && !(await isSo()); count++) {
    await new Promise((resolve) => setTimeout(resolve, TRY_MS));
  }
}
