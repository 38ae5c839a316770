import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { contract, type RequestName } from '../../../ipc/contract.js';
import { requestSchemas } from '../../../ipc/schemas.js';

const accepts = (name: RequestName, input: unknown): boolean => v.is(requestSchemas[name], input);

it('has a schema for every request of the contract, and no other', () => {
  expect(Object.keys(requestSchemas).sort()).toEqual(Object.keys(contract.requests).sort());
});

it.each(['snapshot', 'subscribe', 'unsubscribe', 'recheckPortal', 'openPortal'] as const)(
  'lets nothing into %s',
  (name) => {
    expect(accepts(name, null)).toBe(true);
    for (const input of [undefined, {}, [], 0, '']) expect(accepts(name, input)).toBe(false);
  },
);

describe('track', () => {
  it.each([
    [{ url: 'wss://example.com' }],
    [{ url: 'wss://example.com', label: 'chat' }],
    [{ host: 'example.com', port: 443 }],
    [{ host: '2001:db8::1', port: 1, label: 'Räume 日本' }],
  ])('takes %j', (input) => {
    expect(accepts('track', input)).toBe(true);
  });

  it.each([
    [null],
    [[]],
    [{}],
    ['wss://example.com'],
    [{ url: 1 }],
    [{ url: 'wss://example.com', port: 443 }],
    [{ url: 'wss://example.com', owner: 'main' }],
    [{ url: 'wss://example.com', label: undefined }],
    [{ url: 'wss://example.com', label: 'a\nb' }],
    [{ url: 'wss://example.com', label: '\u001b[2J' }],
    [{ url: 'wss://example.com', label: 'x'.repeat(129) }],
    [{ url: `wss://example.com/${'x'.repeat(2048)}` }],
    [{ host: 'example.com' }],
    [{ host: '', port: 443 }],
    [{ host: 'example.com', port: 0 }],
    [{ host: 'example.com', port: 65536 }],
    [{ host: 'example.com', port: 1.5 }],
    [{ host: 'example.com', port: '443' }],
    [{ host: 'example.com', port: Number.NaN }],
    [{ host: 'example.com', port: 443, policy: { 'link-down': { graceMs: 0 } } }],
  ])('refuses %j', (input) => {
    expect(accepts('track', input)).toBe(false);
  });
});

it('takes whole numbers for untrack', () => {
  for (const name of ['untrack', 'isSuspect'] as const) {
    expect(accepts(name, { id: 3 })).toBe(true);
    for (const id of [1.5, '3', null, Number.POSITIVE_INFINITY]) expect(accepts(name, { id })).toBe(false);
  }
});
