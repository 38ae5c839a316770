import { describe, expect, it } from 'vitest';
import { apiUrl, parseCapport } from '../../../../main/portal/capport-api.js';

const NOTHING = {
  userPortalUrl: null,
  venueInfoUrl: null,
  canExtendSession: null,
  secondsRemaining: null,
  bytesRemaining: null,
};
const parse = (fields: unknown) => parseCapport(JSON.stringify(fields));

describe('an answer of a captive-portal API (RFC 8908 section 5)', () => {
  it('has all the fields that the RFC names', () => {
    expect(
      parse({
        captive: true,
        'user-portal-url': 'https://portal.example/in',
        'venue-info-url': 'https://venue.example/',
        'can-extend-session': true,
        'seconds-remaining': 326,
        'bytes-remaining': 0,
      }),
    ).toEqual({
      isCaptive: true,
      userPortalUrl: 'https://portal.example/in',
      venueInfoUrl: 'https://venue.example/',
      canExtendSession: true,
      secondsRemaining: 326,
      bytesRemaining: 0,
    });
  });

  it('may say no more than whether the network is captive', () => {
    expect(parse({ captive: false })).toEqual({ isCaptive: false, ...NOTHING });
  });

  it.each([
    ['no JSON', '{"captive":true'],
    ['an empty text', ''],
    ['a list', '[{"captive":true}]'],
    ['null', 'null'],
    ['no captive', '{}'],
    ['a captive that is a text', '{"captive":"true"}'],
  ])('is none: %s', (_what, text) => {
    expect(parseCapport(text)).toBeNull();
  });

  it('is as if fields of the wrong kind were not there', () => {
    const fields = {
      captive: true,
      'user-portal-url': 'http://portal.example/',
      'venue-info-url': 'javascript:alert(1)',
      'can-extend-session': 'yes',
      'seconds-remaining': -1,
      'bytes-remaining': '100',
    };
    expect(parse(fields)).toEqual({ isCaptive: true, ...NOTHING });
  });
});

it.each([
  ['https://portal.example/api', true],
  ['http://portal.example/api', false],
  ['urn:ietf:params:capport:unrestricted', false],
  ['https://user:secret@portal.example/', false],
  ['https://', false],
])('asks %s: %s', (uri, isAsked) => {
  expect(apiUrl(uri) !== null).toBe(isAsked);
});
