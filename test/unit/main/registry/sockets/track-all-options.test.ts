import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  type SocketCandidate,
  socketFilter,
  type TrackAllOptions,
} from '../../../../../main/registry/sockets/track-all-options.js';

const candidate = (differing: Partial<SocketCandidate> = {}): SocketCandidate => ({
  socket: new Socket(),
  side: 'client',
  host: 'chat.example.com',
  remote: { address: '192.0.2.7', port: 443 },
  port: 443,
  ...differing,
});
const to = (address: string): SocketCandidate => candidate({ remote: { address, port: 443 } });

describe('a filter of trackAll', () => {
  it.each<readonly [TrackAllOptions, SocketCandidate, boolean]>([
    [{}, candidate(), true],
    [{ side: 'client' }, candidate(), true],
    [{ side: 'server' }, candidate(), false],
    [{ ports: [80, 443] }, candidate(), true],
    [{ ports: [80] }, candidate(), false],
    [{ ports: '400-499' }, candidate(), true],
    [{ hosts: ['chat.example.com'] }, candidate(), true],
    [{ hosts: ['Chat.Example.COM'] }, candidate({ host: 'chat.example.com.' }), true],
    [{ hosts: ['*.example.com'] }, candidate(), true],
    [{ hosts: ['*.example.com'] }, candidate({ host: 'example.com' }), false],
    [{ hosts: ['*.example.com'] }, candidate({ host: 'badexample.com' }), false],
    [{ hosts: ['other.example.com', '192.0.2.7'] }, candidate(), true],
    [{ hosts: ['192.0.2.0/24'] }, candidate(), true],
    [{ hosts: ['192.0.3.0/24'] }, candidate(), false],
    [{ hosts: ['0.0.0.0/0'] }, to('2001:db8::1'), false],
    [{ hosts: ['2001:db8::/32'] }, to('2001:db8::1'), true],
    [{ hosts: ['fe80::/10'] }, to('fe80::1%eth0'), true],
    [{ filter: ({ port }) => port === 443 }, candidate(), true],
    [{ filter: () => false }, candidate(), false],
    [{ ports: [443], hosts: ['elsewhere'] }, candidate(), false],
  ])('%j', (options, asked, passes) => {
    expect(socketFilter(options)(asked)).toBe(passes);
  });

  it.each<readonly [object, field: string]>([
    [{ side: 'both' }, 'side'],
    [{ hosts: [] }, 'hosts'],
    [{ policy: { 'no-route': 7 } }, 'policy.no-route'],
    [{ hosts: ['example.com', 7] }, 'hosts[1]'],
    [{ hosts: [''] }, 'hosts[0]'],
    [{ hosts: ['a*.example.com'] }, 'hosts[0]'],
    [{ hosts: ['https://example.com'] }, 'hosts[0]'],
    [{ hosts: ['192.0.2.0/33'] }, 'hosts[0]'],
    [{ ports: {} }, 'ports'],
    [{ ports: [443, 65536] }, 'ports[1]'],
    [{ ports: [0] }, 'ports[0]'],
    [{ filter: true }, 'filter'],
    [{ label: 7 }, 'label'],
    [{ host: 'example.com' }, 'host'],
  ])('is refused by name: %j', (options, field) => {
    expect(() => socketFilter(options as TrackAllOptions)).toThrow(
      expect.objectContaining({
        code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
        message: expect.stringMatching(new RegExp(`^${field.replace(/[[\].]/g, '\\$&')}:`)),
      }),
    );
  });
});
