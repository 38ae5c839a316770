import type { ServerResponse } from 'node:http';
import { expect, type Page, test } from '@playwright/test';
import { eventually } from './support/eventually.js';
import { PortalServer } from './support/portal-server.js';
import { PortalWindowApplication } from './support/portal-window-application.js';

// The sign-in window is given to whoever is in charge of the network. Each test is an attempt to get out of it, to
// get at something of the application's, or to leave something behind.

let app: PortalWindowApplication;

test.beforeAll(async () => {
  app = await PortalWindowApplication.launch();
});

test.afterEach(async () => {
  await app.close();
  await app.forget();
});

test.afterAll(() => app[Symbol.asyncDispose]());

const headers = (response: ServerResponse, status: number, fields: Record<string, string>): void => {
  response.writeHead(status, { 'content-length': 0, ...fields }).end();
};

/** Waits until the window shows its own page about a failure, with a way to try again. */
async function expectFailurePage(page: Page, url: string): Promise<void> {
  await expect(page.getByRole('heading', { name: 'This page cannot be shown' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Try again' })).toHaveAttribute('href', url);
}

test('a page has no Node, no preload script and no way to the application, whose session hooks reach for it', async () => {
  await using portal = await PortalServer.start();
  const page = await app.open(`${portal.origin}/`);
  const names = [
    'require',
    'module',
    'process',
    'Buffer',
    'electron',
    'ipcRenderer',
    'application',
    '__roamkit',
  ];
  expect(await page.evaluate((all) => all.filter((name) => name in globalThis), names)).toEqual([]);
  const facts = await app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows().filter(({ webContents }) =>
      webContents.getURL().startsWith('http:'),
    );
    // Electron knows the method and does not document it.
    const contents = window?.webContents as unknown as { getLastWebPreferences(): object } | undefined;
    return {
      preferences: contents?.getLastWebPreferences(),
      preloads: window?.webContents.session.getPreloads(),
      isPersistent: window?.webContents.session.isPersistent(),
      path: window?.webContents.session.getStoragePath(),
    };
  });
  expect(facts).toMatchObject({
    preferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
    },
    preloads: [],
    isPersistent: false,
    path: null,
  });
});

test('it gets no permission', async () => {
  await using portal = await PortalServer.start();
  const page = await app.open(`${portal.origin}/`);
  // Loopback is a secure context: elsewhere a plain HTTP page could not even ask.
  expect(await page.evaluate(() => isSecureContext)).toBe(true);
  const answers = await page.evaluate(async () => {
    const states = async (name: string): Promise<string> =>
      (await navigator.permissions.query({ name: name as PermissionName })).state;
    return {
      notifications: await Notification.requestPermission(),
      position: await new Promise((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve('given'),
          ({ code }) => resolve(code === GeolocationPositionError.PERMISSION_DENIED ? 'denied' : code),
        );
      }),
      camera: await states('camera'),
      microphone: await states('microphone'),
      clipboard: await navigator.clipboard.readText().catch(({ name }: Error) => name),
      screen: await navigator.mediaDevices.getDisplayMedia().catch(({ name }: Error) => name),
      midi: await navigator.requestMIDIAccess({ sysex: true }).catch(({ name }: Error) => name),
    };
  });
  expect(answers).toMatchObject({
    notifications: 'denied',
    position: 'denied',
    camera: 'denied',
    microphone: 'denied',
    clipboard: 'NotAllowedError',
  });
  expect(['NotAllowedError', 'InvalidStateError', 'NotSupportedError']).toContain(answers.screen);
  expect(['NotAllowedError', 'SecurityError']).toContain(answers.midi);
});

test('it downloads nothing', async () => {
  await using portal = await PortalServer.start({
    '/file': (_request, response) => {
      response.writeHead(200, { 'content-disposition': 'attachment; filename="update.exe"' }).end('MZ');
    },
  });
  const page = await app.open(`${portal.origin}/`);
  await page.evaluate(() => {
    location.href = '/file';
  });
  await eventually(() => app.heard()).toContain(`download ${portal.origin}/file denied`);
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.download = 'update.exe';
    link.href = URL.createObjectURL(new Blob(['MZ']));
    link.click();
  });
  await eventually(async () => (await app.heard()).filter((line) => line.endsWith('denied'))).toHaveLength(2);
  expect(app.downloaded()).toEqual([]);
  expect(page.url()).toBe(`${portal.origin}/`);
});

test('it goes to no file, no protocol of the application and no other program', async () => {
  await using portal = await PortalServer.start({
    '/to-file': (_request, response) => headers(response, 302, { location: 'file:///etc/hostname' }),
    '/to-app': (_request, response) => headers(response, 302, { location: 'app://main/redirect' }),
  });
  const page = await app.open(`${portal.origin}/`);
  for (const target of [
    'file:///etc/hostname',
    'app://main/page',
    'chrome://version',
    'data:text/html,own',
    'mailto:a@example.com',
    'other-program:start',
  ]) {
    await page.evaluate((url) => {
      location.href = url;
      window.open(url);
    }, target);
    expect(await page.evaluate(() => document.title), target).toBe('a portal');
  }
  // Navigations are in order: had one of those begun, this would end before it.
  await page.goto(`${portal.origin}/`);
  expect(page.url()).toBe(`${portal.origin}/`);
  await page.goto(`${portal.origin}/to-app`).catch(() => {});
  expect(page.url()).toBe(`${portal.origin}/`);
  await page.goto(`${portal.origin}/to-file`).catch(() => {});
  await expectFailurePage(page, `${portal.origin}/to-file`);
  await page.getByRole('link', { name: 'Try again' }).click();
  await eventually(() => portal.count('/to-file')).toBe(2);
  await expectFailurePage(page, `${portal.origin}/to-file`);
  expect(await app.titles()).toContain(`Not secure: ${new URL(portal.origin).host}`);
  expect(await app.heard()).toEqual([]);
});

test('says so where the portal itself leads out of the web, and there is no page to stay on', async () => {
  await using portal = await PortalServer.start({
    '/': (_request, response) => headers(response, 302, { location: 'app://main/redirect' }),
  });
  const page = await app.open(`${portal.origin}/`);
  await expectFailurePage(page, `${portal.origin}/`);
  expect(await app.heard()).toEqual([]);
});

test('nor does anything that a page holds: frames, fetch, workers', async () => {
  await using portal = await PortalServer.start();
  const page = await app.open(`${portal.origin}/`);
  const outcome = await page.evaluate(async () => {
    const frames = ['file:///etc/hostname', 'app://main/frame', 'other-program:start'].map((src) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.append(frame);
      return frame;
    });
    const webview = document.createElement('webview');
    webview.setAttribute('src', 'app://main/webview');
    document.body.append(webview);
    const fetched = await Promise.all(
      ['file:///etc/hostname', 'app://main/fetch'].map((url) =>
        fetch(url).then(
          () => 'read',
          () => 'denied',
        ),
      ),
    );
    const texts = frames.map((frame) => {
      try {
        return frame.contentDocument?.body.textContent ?? 'another origin';
      } catch {
        return 'another origin';
      }
    });
    return { fetched, texts, webview: 'getWebContentsId' in webview };
  });
  expect(outcome.fetched).toEqual(['denied', 'denied']);
  expect(outcome.webview).toBe(false);
  expect(await app.heard()).toEqual([]);
  const contents = await app.electron.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((each) => each.getType()),
  );
  expect(contents).toEqual(['window', 'window']);
});

test('what would open another window opens in this one', async () => {
  await using portal = await PortalServer.start({ '/terms': '<title>terms</title><h1>Terms</h1>' });
  const page = await app.open(`${portal.origin}/`);
  expect(await page.evaluate(() => window.open('/terms') === null)).toBe(true);
  await expect(page.getByRole('heading', { name: 'Terms' })).toBeVisible();
  expect(await app.titles()).toHaveLength(2);
});

test("it reaches none of the application's windows, though it knows their names", async () => {
  await using portal = await PortalServer.start({
    '/link': '<title>link</title><a target="application" href="/taken">go on</a>',
  });
  const own = await app.application.page();
  const before = own.url();
  const page = await app.open(`${portal.origin}/link`);
  expect(await page.evaluate(() => [window.opener, parent === self, top === self])).toEqual([
    null,
    true,
    true,
  ]);
  await page.getByRole('link', { name: 'go on' }).click();
  await expect.poll(() => page.url()).toBe(`${portal.origin}/taken`);
  await page.evaluate(() => window.open('/taken-too', 'application'));
  await expect.poll(() => page.url()).toBe(`${portal.origin}/taken-too`);
  expect(own.url()).toBe(before);
  expect(await own.title()).toBe('the application');
});

test('it has nothing of what the application knows, and the next one nothing of what this one left', async () => {
  await using portal = await PortalServer.start({
    '/picture': (_request, response) => {
      response
        .writeHead(200, { 'cache-control': 'max-age=3600', 'content-type': 'text/plain' })
        .end('cached');
    },
    '/set': (_request, response) => {
      response
        .writeHead(200, {
          'content-type': 'text/html',
          'set-cookie': ['portal=device-7; Max-Age=3600', 'hidden=device-7; HttpOnly'],
        })
        .end('<title>set</title>');
    },
  });
  const leave = async (page: Page): Promise<void> => {
    await page.evaluate(async () => {
      localStorage.setItem('device', '7');
      indexedDB.open('device');
      await caches.open('device');
      await fetch('/picture');
    });
  };
  const found = (page: Page) =>
    page.evaluate(async () => ({
      cookie: document.cookie,
      storage: localStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
    }));
  const nothing = { cookie: '', storage: 0, databases: 0, caches: 0 };

  const first = await app.open(`${portal.origin}/`);
  expect(await found(first)).toEqual(nothing);
  expect(portal.requests.at(-1)?.headers.cookie).toBeUndefined();
  await first.goto(`${portal.origin}/set`);
  await leave(first);
  expect(await found(first)).toMatchObject({ cookie: 'portal=device-7', storage: 1 });
  await app.close();
  const left = await app.electron.evaluate(async ({ session }) => {
    const created = hostSide.sessions.at(-1);
    const cookies = await created?.cookies.get({});
    return {
      cookies: cookies?.length,
      cache: await created?.getCacheSize(),
      own: (await session.defaultSession.cookies.get({})).map(({ name }) => name),
    };
  });
  expect(left).toEqual({ cookies: 0, cache: 0, own: ['application'] });

  const second = await app.open(`${portal.origin}/`);
  expect(portal.requests.at(-1)?.headers.cookie).toBeUndefined();
  expect(await found(second)).toEqual(nothing);
  const before = portal.count('/picture');
  await second.evaluate(() => fetch('/picture').then(() => {}));
  expect(portal.count('/picture')).toBe(before + 1);
});

test('a certificate error is final, also where the application lets every certificate pass', async () => {
  await using portal = await PortalServer.startSelfSigned();
  const page = await app.open(`${portal.origin}/`);
  await expectFailurePage(page, `${portal.origin}/`);
  await page.getByRole('link', { name: 'Try again' }).click();
  await expectFailurePage(page, `${portal.origin}/`);
  expect(portal.requests).toEqual([]);
  expect(await app.heard()).toEqual([]);
  expect(await app.titles()).toContain(new URL(portal.origin).host);
  // The application's own windows show it: the test would fail without the window's rule.
  const own = await app.application.page();
  await own.goto(portal.origin);
  expect(await own.title()).toBe('a portal');
  await own.goBack();
});

test("it is told none of the application's passwords", async () => {
  await using portal = await PortalServer.start({
    '/': (_request, response) => {
      response
        .writeHead(401, { 'www-authenticate': 'Basic realm="the application"', 'content-type': 'text/html' })
        .end('<title>a portal</title><h1>Sign in here</h1>');
    },
  });
  const page = await app.open(`${portal.origin}/`);
  await expect(page.getByRole('heading', { name: 'Sign in here' })).toBeVisible();
  expect(portal.requests.map(({ headers: { authorization } }) => authorization)).not.toContain(
    expect.any(String),
  );
  expect(await app.heard()).toEqual([]);
});

test('nor which application asks', async () => {
  await using portal = await PortalServer.start();
  await app.open(`${portal.origin}/`);
  expect(portal.requests[0]?.headers['user-agent']).toMatch(
    /^Mozilla\/5\.0 \([^)]*\) AppleWebKit\/[\d.]+ \(/,
  );
  expect(portal.requests[0]?.headers['user-agent']).not.toMatch(/Electron|roamkit/i);
});

test('its title is the host, whatever the page says, and says where a page is not secure', async () => {
  await using portal = await PortalServer.start({
    '/': '<title>https://bank.example \u202e moc.knab</title><script>document.title = "Your bank"</script>',
  });
  const page = await app.open(`${portal.origin}/`);
  const { host } = new URL(portal.origin);
  await expect(page).toHaveTitle('Your bank');
  expect(await app.titles()).toEqual(expect.arrayContaining([`Not secure: ${host}`, 'the application']));
});

test('it cannot hold the user: no dialogs, and it closes when it is told to', async () => {
  await using portal = await PortalServer.start({
    '/': '<title>a portal</title><button onclick="onbeforeunload = () => false">stay</button>',
  });
  const page = await app.open(`${portal.origin}/`);
  await page.evaluate(() => alert('hold'));
  expect(await page.evaluate(() => confirm('hold'))).toBe(false);
  await page.getByRole('button', { name: 'stay' }).click();
  // As the user closes it: with `beforeunload`.
  await app.electron.evaluate(async ({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()
      .find((window) => window.webContents.getURL().startsWith('http:'))
      ?.close();
    await hostSide.portal?.closed;
  });
  await eventually(() => app.titles()).toEqual(['the application']);
});

test('there is one at a time, and only for web pages', async () => {
  await using portal = await PortalServer.start();
  await app.open(`${portal.origin}/`);
  const { isSame, errors } = await app.electron.evaluate((_electron, origin) => {
    const first = hostSide.portal;
    hostSide.open(`${origin}/other`);
    const messages = ['file:///etc/hostname', 'javascript:alert(1)', 'app://main', '', 7 as never].map(
      (url) => {
        try {
          hostSide.open(url);
          return 'opened';
        } catch (error) {
          return Reflect.get(error as object, 'code');
        }
      },
    );
    return { isSame: hostSide.portal === first, errors: messages };
  }, portal.origin);
  expect(isSame).toBe(true);
  expect(errors).toEqual(Array(5).fill('ERR_ROAMKIT_INVALID_ARGUMENT'));
  expect(portal.count('/other')).toBe(0);
  expect(await app.titles()).toHaveLength(2);
});
