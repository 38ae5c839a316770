import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol } from 'electron';

/** The origin of the demo's page. A scheme of its own: `file:` pages could read every file (Electron's checklist, 18). */
export const PAGE_ORIGIN = 'roamkit-demo://app';

const SCHEME = 'roamkit-demo';

const FILES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/page.js': 'page.js',
  '/page.css': 'page.css',
  '/inter-latin.woff2': 'inter-latin.woff2',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** To be called before the application is ready, or the scheme has no origin. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

/** Serves the four files of the page, and nothing else. `webSocketUrl` is all that the page may connect to. */
export function servePage(folder: string, webSocketUrl: string): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    `connect-src ${new URL(webSocketUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  protocol.handle(SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url);
    const file = host === 'app' ? FILES[pathname] : undefined;
    if (file === undefined) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(await readFile(path.join(folder, file))), {
      headers: {
        'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
      },
    });
  });
}
