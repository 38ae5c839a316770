import { expect, it } from 'vitest';
import { unmapped } from '../../../main/addresses.js';

it.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['::192.0.2.1', '::192.0.2.1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
])('unmapped gives for %s %s', (address, expected) => expect(unmapped(address)).toBe(expected));
