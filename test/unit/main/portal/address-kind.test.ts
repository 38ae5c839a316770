import { expect, it } from 'vitest';
import { addressKind } from '../../../../main/portal/address-kind.js';

it.each([
  ['127.0.0.1', 'local'],
  ['0.0.0.0', 'local'],
  ['::1', 'local'],
  ['::', 'local'],
  ['::ffff:127.0.0.1', 'local'],
  ['10.1.2.3', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'public'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['169.254.1.1', 'private'],
  ['fe80::1%eth0', 'private'],
  ['fd12::1', 'private'],
  ['::ffff:192.168.1.1', 'private'],
  ['8.8.8.8', 'public'],
  ['2001:4860:4860::8888', 'public'],
  ['64:ff9b::808:808', 'public'],
])('%s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});
