import { expect, it } from 'vitest';
import { checkMonitorOptions, type NetworkMonitorOptions } from '../../../../main/monitor/monitor-options.js';

it.each<NetworkMonitorOptions>([
  {},
  { netns: 'blue' },
  { netns: '/proc/1/ns/net' },
  { receiveBufferBytes: 1 },
  { backend: 'auto' },
  { backend: 'netlink', netns: 'blue', receiveBufferBytes: 1 << 23 },
  { backend: 'portable' },
])('takes %j', (options) => {
  expect(() => checkMonitorOptions(options)).not.toThrow();
});

it.each<readonly [string, unknown]>([
  ['netns', { netns: '' }],
  ['netns', { netns: null }],
  ['receiveBufferBytes', { receiveBufferBytes: 0 }],
  ['receiveBufferBytes', { receiveBufferBytes: -1 }],
  ['receiveBufferBytes', { receiveBufferBytes: Number.NaN }],
  ['receiveBufferBytes', { receiveBufferBytes: 0.5 }],
  // The kernel's option is a 32-bit number; what is larger would wrap to less.
  ['receiveBufferBytes', { receiveBufferBytes: 2 ** 32 + 1 }],
  ['backend', { backend: 'Netlink' }],
  ['backend', { backend: null }],
])('refuses a bad %s by its name: %j', (name, options) => {
  expect(() => checkMonitorOptions(options as NetworkMonitorOptions)).toThrow(
    expect.objectContaining({
      code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
      message: expect.stringMatching(`^${name}: `),
    }),
  );
});
