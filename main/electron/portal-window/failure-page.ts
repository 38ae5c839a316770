import { type PortalWindowStrings, withHost } from './strings.js';
import type { WebAddress } from './web-address.js';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; text-align: center; padding: 2rem; box-sizing: border-box; }
h1 { font-size: 1.2rem; font-weight: 600; margin: 0; }
p { margin: 0.5rem 0 1.5rem; opacity: 0.75; max-width: 26rem; }
a { color: inherit; padding: 0.4rem 1rem; border: 1px solid; border-radius: 8px; text-decoration: none; justify-self: center; }
`;

/** The URL of a page of our own, for where the portal's cannot be shown: the window would be blank. It runs no script. */
export function failurePage(strings: PortalWindowStrings, { url, host }: WebAddress): string {
  const html = `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(strings.failed)}</title>
<style>${STYLE}</style>
<main>
<h1>${escaped(strings.failed)}</h1>
<p>${escaped(withHost(strings.failedReason, host))}</p>
<a href="${escaped(url)}">${escaped(strings.tryAgain)}</a>
</main>`;
  return `data:text/html;charset=utf-8,${encodeURIComponent(html)}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
