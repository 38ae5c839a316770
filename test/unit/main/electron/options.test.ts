import { expect, it } from 'vitest';
import { hostOptions } from '../../../../main/electron/options.js';

it('has defaults for all', () => {
  expect(hostOptions({})).toEqual({
    sessions: null,
    allowSubframes: false,
    chromium: true,
    exposeAddresses: false,
    reconnectJitterMs: 50,
    reconnectWhen: 'path',
    portalWindow: {},
    limits: { requestsPerSecond: 200, trackedPerWindow: 256, messageBytes: 4096 },
  });
});

it.each([
  [{ reconnectJitterMs: -1 }, 'reconnectJitterMs'],
  [{ reconnectJitterMs: Number.NaN }, 'reconnectJitterMs'],
  [{ reconnectWhen: 'portal' as never }, 'reconnectWhen'],
  [{ portal: true as never }, 'portal'],
  [{ portalWindow: { openIn: 'tab' as never } }, 'portalWindow.openIn'],
  [{ portalWindow: { width: 0 } }, 'portalWindow.width'],
  [{ portalWindow: { height: 1.5 } }, 'portalWindow.height'],
  [{ sessions: 'default' as never }, 'sessions'],
  [{ sessions: null as never }, 'sessions'],
  [{ sessions: new Set() as never }, 'sessions'],
  [{ sessions: ['persist:account'] as never }, 'sessions\\[0\\]'],
  [{ sessions: [{ getPreloads() {} }, null] as never }, 'sessions\\[1\\]'],
  [{ bus: {} as never }, 'bus'],
  [{ bus: null as never }, 'bus'],
  [{ limits: { trackedPerWindow: 0 } }, 'limits.trackedPerWindow'],
  [{ limits: { messageBytes: 'many' as never } }, 'limits.messageBytes'],
])('refuses %j, naming %s', (options, field) => {
  expect(() => hostOptions(options)).toThrow(new RegExp(`^${field}: `));
});
