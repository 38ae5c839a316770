import path from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import axe from 'axe-core';
import type { ConnectivityPortal } from '../../renderer/index.js';
import { portal as captivePortal } from '../unit/renderer/portals.js';
import { Application } from './support/application.js';

// <roamkit-portal-prompt> in a page with the strictest Content Security Policy, in both of its forms.

/** What apps/portal-prompt/page.js puts on its window. */
interface PromptSide {
  readonly requests: readonly string[];
  readonly answers: { openPortal: unknown; recheckPortal: unknown };
  readonly violations: readonly string[];
  readonly portal: (portal: ConnectivityPortal | null) => Promise<void>;
}

declare global {
  var promptSide: PromptSide;
}

let app: Application;
let page: Page;
let prompt: Locator;
let signIn: Locator;
let tryAgain: Locator;
let dismiss: Locator;

test.beforeAll(async () => {
  app = await Application.launch('portal-prompt', 'main.mjs');
  page = await app.page();
  // A reload would break off the first load, and main would hear that it failed.
  const isLoading = () =>
    app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.isLoading());
  await expect.poll(isLoading).toBe(false);
  prompt = page.locator('roamkit-portal-prompt');
  signIn = page.getByRole('button', { name: 'Sign in' });
  tryAgain = page.getByRole('button', { name: 'Try again' });
  dismiss = page.getByRole('button', { name: 'Not now' });
});

test.beforeEach(async () => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce', forcedColors: 'none' });
  await page.reload();
});

test.afterAll(() => app.quit());

const show = (portal: Partial<ConnectivityPortal> | null = {}): Promise<void> =>
  page.evaluate((next) => promptSide.portal(next), portal && { ...captivePortal(1), ...portal });

const become = (attributes: Record<string, string>): Promise<void> =>
  prompt.evaluate((element, all) => {
    for (const [name, value] of Object.entries(all)) element.setAttribute(name, value);
  }, attributes);

const requests = (): Promise<readonly string[]> =>
  page.evaluate(() => promptSide.requests.filter((name) => name !== 'subscribe'));

/** Where the focus is, inside shadow roots too: an id, or the text of a button. */
const focused = (): Promise<string> =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.id || active?.textContent || '';
  });

test.describe('as a notice', () => {
  test('is not there and takes no room until there is a portal, and goes with it', async () => {
    await expect(prompt).toHaveCSS('height', '0px');
    await show();
    await expect(page.getByRole('region', { name: 'Sign in to this network' })).toBeVisible();
    await show(null);
    await expect(signIn).toBeHidden();
    await expect(prompt).toHaveCSS('height', '0px');
  });

  test('is announced politely, and takes no focus', async () => {
    const status = prompt.getByRole('status');
    await expect(status).toBeAttached();
    await expect(status).toHaveText('');
    await page.locator('#message').focus();
    await show();
    await expect(status).toContainText('wifi.station.example asks you to sign in');
    expect(await focused()).toBe('message');
  });

  test('says a thing once: a live region would repeat what is written again', async () => {
    await show();
    await expect(signIn).toBeVisible();
    await prompt.evaluate((element) => {
      const changes: MutationRecord[] = [];
      Reflect.set(window, 'changes', changes);
      const words = element.shadowRoot?.querySelector('[role=status]');
      if (!words) throw new Error('no live region');
      new MutationObserver((records) => changes.push(...records)).observe(words, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await show({ bytesRemaining: 7 });
    expect(await page.evaluate(() => Reflect.get(window, 'changes').length)).toBe(0);
  });

  test('opens the sign-in window, tries again, and is dismissed for this network only', async () => {
    await show();
    await signIn.click();
    await expect(prompt.getByRole('status')).toContainText('open in a window of its own');
    await tryAgain.click();
    await expect(prompt.getByRole('status')).toContainText('still asks');
    expect(await requests()).toEqual(['openPortal', 'recheckPortal']);
    await dismiss.click();
    await expect(signIn).toBeHidden();
    await show({ host: 'other.example' });
    await expect(signIn).toBeHidden();
    await show({ generation: 2 });
    await expect(signIn).toBeVisible();
    await expect(prompt.getByRole('status')).not.toContainText('still asks');
  });

  test('says so while it looks, keeps the focus, and asks no second time', async () => {
    await page.evaluate(() => {
      promptSide.answers.recheckPortal = new Promise(() => {});
    });
    await show();
    await tryAgain.focus();
    await page.keyboard.press('Enter');
    await expect(prompt.getByRole('status')).toContainText('Checking the network');
    await page.keyboard.press('Enter');
    expect(await requests()).toEqual(['recheckPortal']);
    expect(await focused()).toBe('Try again');
  });

  test('says so where the window could not be opened', async () => {
    await page.evaluate(() => {
      promptSide.answers.openPortal = false;
    });
    await show();
    await signIn.click();
    await expect(prompt.getByRole('status')).toContainText('could not be opened');
  });

  test('lets the application act in its place', async () => {
    await show();
    await prompt.evaluate((element) => {
      for (const name of ['roamkit-sign-in', 'roamkit-recheck', 'roamkit-dismiss']) {
        element.addEventListener(name, (event) => event.preventDefault());
      }
    });
    for (const button of [signIn, tryAgain, dismiss]) await button.click();
    expect(await requests()).toEqual([]);
    await expect(signIn).toBeVisible();
  });

  test('is used with the keyboard: in the order of the page, Escape dismisses, and the focus goes back', async () => {
    await show();
    await page.locator('#send').focus();
    const order: string[] = [];
    for (let step = 0; step < 4; step++) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order).toEqual(['Sign in', 'Try again', 'Not now', 'after']);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Escape');
    await expect(signIn).toBeHidden();
    expect(await focused()).toBe('after');
  });

  test('tells of a session that ends soon', async () => {
    await show({ isCaptive: false, isExpiring: false });
    await expect(prompt.getByRole('status')).toHaveText('');
    await show({ isCaptive: false, isExpiring: true, canExtendSession: false });
    await expect(prompt.getByRole('status')).toHaveText('');
    await show({ isCaptive: false, isExpiring: true, canExtendSession: true });
    await expect(prompt.getByRole('status')).toContainText('Your session ends soon');
    await page.getByRole('button', { name: 'Extend session' }).click();
    expect(await requests()).toEqual(['openPortal']);
  });
});

test.describe('as a dialog', () => {
  test.beforeEach(() => become({ variant: 'dialog' }));

  test('has a name and a description, and the focus', async () => {
    await show();
    const dialog = page.getByRole('dialog', { name: 'Sign in to this network' });
    await expect(dialog).toBeVisible();
    await expect(dialog).toHaveAccessibleDescription(/wifi\.station\.example asks you to sign in/);
    expect(await focused()).toBe('Sign in');
  });

  test('keeps Tab inside, in both directions', async () => {
    await show();
    const order: string[] = [];
    for (const key of ['Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab']) {
      await page.keyboard.press(key);
      order.push(await focused());
    }
    expect(order).toEqual(['Try again', 'Not now', 'Sign in', 'Not now', 'Try again']);
  });

  test('is dismissed by Escape, and gives the focus back', async () => {
    await page.locator('#message').focus();
    await show();
    expect(await focused()).toBe('Sign in');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    expect(await focused()).toBe('message');
    await show({ host: 'other.example' });
    await expect(page.getByRole('dialog')).toBeHidden();
  });

  test('gives the focus back when the portal is gone, and when its element is', async () => {
    await page.locator('#message').focus();
    await show();
    await expect(page.getByRole('dialog')).toBeVisible();
    await show(null);
    await expect(page.getByRole('dialog')).toBeHidden();
    expect(await focused()).toBe('message');
  });

  test('becomes a notice, and a dialog again, when it is told to', async () => {
    await show();
    await become({ variant: 'notice' });
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(page.getByRole('region', { name: 'Sign in to this network' })).toBeVisible();
    await become({ variant: 'dialog' });
    await expect(page.getByRole('dialog')).toBeVisible();
  });
});

test('violates no Content Security Policy: no inline style, no markup from text', async () => {
  for (const variant of ['notice', 'dialog']) {
    await become({ variant });
    await show({ host: '<img src=x onerror=alert(1)>' });
    await expect(signIn).toBeVisible();
    await expect(signIn).not.toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
    await expect(prompt.locator('bdi')).toHaveText('<img src=x onerror=alert(1)>');
    expect(await prompt.locator('img').count()).toBe(0);
  }
  expect(await page.evaluate(() => promptSide.violations)).toEqual([]);
});

test('takes all its words from the application, with the host where they want it', async () => {
  await prompt.evaluate((element) => {
    Reflect.set(element, 'strings', {
      title: 'Im WLAN anmelden',
      message: 'Erst anmelden bei {host}.',
      signIn: 'Los',
    });
  });
  await show();
  await expect(page.getByRole('region', { name: 'Im WLAN anmelden' })).toBeVisible();
  await expect(prompt.getByRole('status')).toContainText('Erst anmelden bei wifi.station.example.');
  await expect(page.getByRole('button', { name: 'Los' })).toBeVisible();
  await expect(tryAgain).toBeVisible();
});

test('is styled by custom properties and parts', async () => {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      roamkit-portal-prompt { --roamkit-portal-accent: rgb(1, 2, 3); }
      roamkit-portal-prompt::part(try-again) { color: rgb(4, 5, 6); }
    `);
    document.adoptedStyleSheets = [sheet];
  });
  await show();
  await expect(signIn).toHaveCSS('background-color', 'rgb(1, 2, 3)');
  await expect(tryAgain).toHaveCSS('color', 'rgb(4, 5, 6)');
});

test('follows dark and light of the system, unless it is told one', async () => {
  await show();
  const box = prompt.locator('[part=notice]');
  await expect(box).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(box).toHaveCSS('background-color', 'rgb(34, 37, 44)');
  await become({ theme: 'light' });
  await expect(box).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  await page.emulateMedia({ colorScheme: 'light' });
  await become({ theme: 'dark' });
  await expect(box).toHaveCSS('background-color', 'rgb(34, 37, 44)');
});

test('moves only where the user has not asked for less of that', async () => {
  await show();
  const box = prompt.locator('[part=notice]');
  await expect(box).toHaveCSS('animation-name', 'none');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await expect(box).toHaveCSS('animation-name', 'enter');
});

test('runs from right to left where the page does, with the host as it is', async () => {
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  await show();
  const [icon, words] = await Promise.all(
    ['icon', 'words'].map((part) => prompt.locator(`[part=${part}]`).boundingBox()),
  );
  expect(icon?.x).toBeGreaterThan(words?.x ?? Number.POSITIVE_INFINITY);
  await expect(prompt.locator('bdi')).toHaveCSS('direction', 'ltr');
});

for (const variant of ['notice', 'dialog']) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const forcedColors of ['none', 'active'] as const) {
      test(`axe-core finds no violation: ${variant}, ${colorScheme}, forced colors ${forcedColors}`, async () => {
        await page.emulateMedia({ colorScheme, forcedColors });
        await become({ variant });
        await show();
        await signIn.click();
        await expect(page.getByText('open in a window of its own')).toBeVisible();
        // Not as a script of the page's: its policy allows none but its own.
        await page.evaluate(axe.source);
        const { violations, passed } = await page.evaluate(async () => {
          const results = await Reflect.get(window, 'axe').run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
          });
          return {
            violations: results.violations.map((each: { id: string; nodes: { html: string }[] }) => [
              each.id,
              each.nodes.map(({ html }) => html),
            ]),
            passed: results.passes.map(({ id }: { id: string }) => id),
          };
        });
        expect(violations).toEqual([]);
        // It has looked inside the prompt.
        expect(passed).toEqual(expect.arrayContaining(['button-name', 'color-contrast']));
      });
    }
  }
}

// To look at: ROAMKIT_SCREENSHOTS=FOLDER npm run test:e2e -- portal-prompt.test.ts
const screenshots = process.env['ROAMKIT_SCREENSHOTS'];
const arabic = {
  title: 'سجّل الدخول إلى هذه الشبكة',
  message: 'يطلب منك {host} تسجيل الدخول قبل استخدام الإنترنت.',
  signIn: 'تسجيل الدخول',
  tryAgain: 'إعادة المحاولة',
  dismiss: 'ليس الآن',
};

for (const variant of ['notice', 'dialog']) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const dir of ['ltr', 'rtl']) {
      test(`pictures: ${variant}, ${colorScheme}, ${dir}`, async () => {
        await page.emulateMedia({ colorScheme });
        await become({ variant });
        if (dir === 'rtl') {
          await page.evaluate(() => {
            document.documentElement.dir = 'rtl';
          });
          await prompt.evaluate((element, strings) => Reflect.set(element, 'strings', strings), arabic);
        }
        await show();
        await page.mouse.move(0, 0);
        await expect(prompt.locator('[part~=sign-in]')).toBeVisible();
        const folder = screenshots ?? test.info().outputDir;
        await page.screenshot({ path: path.join(folder, `${variant}-${colorScheme}-${dir}.png`) });
      });
    }
  }
}
