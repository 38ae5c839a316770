import { expect, it } from 'vitest';
import { failurePage } from '../../../../../main/electron/portal-window/failure-page.js';
import { defaultStrings, windowTitle } from '../../../../../main/electron/portal-window/strings.js';

const plain = { url: 'http://portal.example/?a=1&b="2"', host: 'portal.example', isSecure: false };

it('titles a window by its host, and says where it is not secure', () => {
  expect(windowTitle(defaultStrings, plain)).toBe('Not secure: portal.example');
  expect(windowTitle(defaultStrings, { ...plain, isSecure: true })).toBe('portal.example');
});

it('takes the words of the application', () => {
  const strings = { ...defaultStrings, titleNotSecure: '{host} (nicht sicher)' };
  expect(windowTitle(strings, plain)).toBe('portal.example (nicht sicher)');
});

it('inserts a host as it is: what looks like a pattern is none', () => {
  expect(windowTitle(defaultStrings, { ...plain, host: '$&.example' })).toBe('Not secure: $&.example');
});

it('lets no host and no string out of the page about a failure', () => {
  const strings = { ...defaultStrings, failed: '<img src=x>' };
  const page = decodeURIComponent(failurePage(strings, { ...plain, host: '"><script>' }));
  expect(page).not.toMatch(/<script|<img/);
  expect(page).toContain('href="http://portal.example/?a=1&#38;b=&#34;2&#34;"');
});
