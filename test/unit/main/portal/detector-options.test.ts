import { expect, it } from 'vitest';
import { detectorSettings, type PortalDetectorOptions } from '../../../../main/portal/detector-options.js';

it('asks several vendors, over plain HTTP, by default', () => {
  const { endpoints } = detectorSettings({});
  const hosts = endpoints.map(({ url }) => new URL(url).host);
  expect(new Set(hosts).size).toBeGreaterThanOrEqual(4);
  expect(endpoints.every(({ url, mustBePublic }) => url.startsWith('http:') && mustBePublic)).toBe(true);
});

it.each<[string, unknown]>([
  ['endpoints', { endpoints: [] }],
  ['endpoints', { endpoints: 'http://probe.example/' }],
  ['endpoints[0].url', { endpoints: [{ url: 'ftp://probe.example/' }] }],
  ['endpoints[0].url', { endpoints: [{ url: 'probe.example' }] }],
  [
    'endpoints[1].status',
    { endpoints: [{ url: 'http://a.example/' }, { url: 'http://b.example/', status: 99 }] },
  ],
  ['endpoints[0].body', { endpoints: [{ url: 'http://a.example/', body: 1 }] }],
  ['endpoints[0].header', { endpoints: [{ url: 'http://a.example/', header: { name: 'x' } }] }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['timeoutMs', { timeoutMs: Number.POSITIVE_INFINITY }],
  ['expiryNoticeMs', { expiryNoticeMs: -1 }],
  ['recheck.firstMs', { recheck: { firstMs: 0 } }],
  ['recheck.factor', { recheck: { factor: 0.5 } }],
  ['apiUrl', { apiUrl: 'http://portal.example/api' }],
  ['sources', { sources: [{}] }],
  ['transport', { transport: 'http' }],
])('refuses what it cannot use, naming %s', (field, options) => {
  expect(() => detectorSettings(options as PortalDetectorOptions)).toThrow(
    expect.objectContaining({
      code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
      message: expect.stringContaining(`${field}: `),
    }),
  );
});
