import { describe, expect, it } from 'vitest';
import { webAddress } from '../../../../../main/electron/portal-window/web-address.js';

describe('webAddress', () => {
  it.each([
    ['http://portal.example/login?mac=00', 'portal.example', false],
    ['https://portal.example:8443/', 'portal.example:8443', true],
    ['http://portal.example:443/', 'portal.example:443', false],
    ['http://[2001:db8::1]:8080/', '[2001:db8::1]:8080', false],
  ])('takes %s', (url, host, isSecure) => {
    expect(webAddress(url)).toEqual({ url, host, isSecure });
  });

  it.each([
    'file:///etc/hostname',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://portal.example/',
    'app://main',
    'about:blank',
    'portal.example',
    '',
  ])('takes no %j', (url) => {
    expect(webAddress(url)).toBeNull();
  });

  it('drops user name and password, which would show a host that is none', () => {
    expect(webAddress('http://bank.example:secret@portal.example/')).toEqual({
      url: 'http://portal.example/',
      host: 'portal.example',
      isSecure: false,
    });
  });

  it('shows international names in ASCII', () => {
    // The first letter is Cyrillic.
    expect(webAddress('https://аpple.example/')?.host).toMatch(/^xn--/);
  });

  it('takes no host that holds characters which turn the text around', () => {
    expect(webAddress('http://knab\u202emoc.example/')).toBeNull();
  });
});
