import type { Session } from 'electron';
import { expect, it } from 'vitest';
import { IpcRefusedError } from '../../../../ipc/refused-error.js';
import { peerOf, peerText, sessionResolver } from '../../../../main/electron/peer.js';

it.each([
  [{ url: 'wss://example.com' }, 'example.com:443'],
  [{ url: 'ws://example.com/path' }, 'example.com:80'],
  [{ url: 'https://example.com:8443' }, 'example.com:8443'],
  [{ url: 'http://[2001:db8::1]' }, '[2001:db8::1]:80'],
  [{ url: 'ws://BÜCHER.example' }, 'xn--bcher-kva.example:80'],
  [{ host: 'example.com', port: 80 }, 'example.com:80'],
  [{ host: '2001:DB8::0:1', port: 443 }, '[2001:db8::1]:443'],
  [{ host: '[2001:db8::1]', port: 443 }, '[2001:db8::1]:443'],
  // As Chromium reads it.
  [{ host: '127.1', port: 1 }, '127.0.0.1:1'],
])('%j is %s', (request, text) => {
  expect(peerText(peerOf(request))).toBe(text);
});

it.each([
  [{ url: 'file:///etc/passwd' }],
  [{ url: 'ftp://example.com' }],
  [{ url: 'ws:' }],
  [{ url: '' }],
  [{ host: 'example.com/path', port: 80 }],
  [{ host: 'user@example.com', port: 80 }],
  [{ host: 'example.com?x', port: 80 }],
  [{ host: 'exa mple.com', port: 80 }],
  [{ host: '::zz', port: 80 }],
])('%j is refused', (request) => {
  expect(() => peerOf(request)).toThrow(IpcRefusedError);
});

it("asks the session's resolver where there is one", async () => {
  const session = {
    resolveHost: async (host: string) => ({ endpoints: [{ address: `${host}!`, family: 'ipv4' }] }),
  } as unknown as Session;
  expect(await sessionResolver(session)('example.com')).toEqual(['example.com!']);
});

it("asks the system's resolver where there is none", async () => {
  expect(await sessionResolver({} as Session)('127.0.0.1')).toEqual(['127.0.0.1']);
});
