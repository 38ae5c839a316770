import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LookupOptions } from '../../../../core/network-types.js';
import { RoamkitError } from '../../../../main/index.js';
import { checkAskableProtocol, checkLookupOptions } from '../../../../main/monitor/lookup-options.js';
import { NetworkMonitor } from '../../../../main/monitor/network-monitor.js';

const refusal = (message: string) => new RoamkitError('ERR_ROAMKIT_INVALID_ARGUMENT', message);

describe('checkLookupOptions', () => {
  it.each<LookupOptions>([
    {},
    { source: '192.0.2.1', oif: 3, mark: 0, uid: 0, tos: 0, protocol: 1, sourcePort: 1, destinationPort: 1 },
    { oif: 'eth0', mark: 0xffffffff, uid: 0xfffffffe, tos: 255, protocol: 255, sourcePort: 65_535 },
    { protocol: 'tcp' },
    { protocol: 'udp' },
    { protocol: 'icmp' },
    // As a caller in JavaScript may have it.
    { mark: undefined } as unknown as LookupOptions,
  ])('takes %j', (options) => {
    expect(() => checkLookupOptions(options)).not.toThrow();
  });

  const MARK = 'mark: must be a whole number from 0 to 4294967295';
  const UID = 'uid: must be a whole number from 0 to 4294967294';
  const TOS = 'tos: must be a whole number from 0 to 255';
  const OIF = "oif: must be a link's ifindex (a positive number) or its name";
  const PROTOCOL = "protocol: must be 'tcp', 'udp', 'icmp' or a number from 1 to 255";
  it.each<readonly [object, string]>([
    [{ source: 7 }, 'source: must be an IP address, not 7'],
    [{ source: '' }, "source: must be an IP address, not ''"],
    [{ oif: 0 }, `${OIF}, not 0`],
    [{ oif: '' }, `${OIF}, not ''`],
    [{ oif: null }, `${OIF}, not null`],
    [{ mark: -1 }, `${MARK}, not -1`],
    [{ mark: 1.5 }, `${MARK}, not 1.5`],
    [{ mark: '7' }, `${MARK}, not '7'`],
    [{ mark: 2 ** 32 }, `${MARK}, not 4294967296`],
    [{ uid: 0xffffffff }, `${UID}, not 4294967295`],
    [{ uid: Number.NaN }, `${UID}, not NaN`],
    [{ tos: 256 }, `${TOS}, not 256`],
    [{ protocol: 'sctp' }, `${PROTOCOL}, not 'sctp'`],
    [{ protocol: 0 }, `${PROTOCOL}, not 0`],
    [{ sourcePort: 0 }, 'sourcePort: must be a whole number from 1 to 65535, not 0'],
    [{ destinationPort: 65_536 }, 'destinationPort: must be a whole number from 1 to 65535, not 65536'],
  ])('refuses %j', (options, message) => {
    expect(() => checkLookupOptions(options as LookupOptions)).toThrow(refusal(message));
  });

  it('refuses what is no object', () => {
    expect(() => checkLookupOptions(null as unknown as LookupOptions)).toThrow(
      refusal('options: must be an object'),
    );
  });
});

describe('checkAskableProtocol', () => {
  it('takes what RTM_GETROUTE takes, for each family', () => {
    for (const protocol of [6, 17, 1, 'icmp'] as const) checkAskableProtocol('192.0.2.1', { protocol });
    for (const protocol of [6, 17, 58, 'icmp'] as const) checkAskableProtocol('2001:db8::1', { protocol });
    checkAskableProtocol('192.0.2.1', {});
  });

  it('refuses the rest', () => {
    expect(() => checkAskableProtocol('2001:db8::1', { protocol: 1 })).toThrow(
      refusal('protocol: for IPv6 the kernel answers about 6, 17, 58 only, not 1'),
    );
  });
});

describe('a lookup on the portable backend', () => {
  let monitor: NetworkMonitor;
  beforeAll(async () => {
    monitor = await NetworkMonitor.start({ backend: 'portable' });
  });
  afterAll(() => monitor.close());

  it('goes by source and link, is never certain, and says so', () => {
    const loopback = monitor.state.links.find(({ isLoopback }) => isLoopback);
    const name = loopback?.name ?? '';
    expect(monitor.lookup('127.0.0.1', { oif: name })).toMatchObject({ link: name, certain: false });
    expect(monitor.lookup('127.0.0.1', { mark: 7, uid: 1, tos: 4, sourcePort: 9 })).toMatchObject({
      link: name,
      certain: false,
    });
    expect(monitor.lookup('127.0.0.1', { oif: 999_999 }).routable).toBe(false);
    expect(monitor.capabilities.missing.join('\n')).toContain('not by mark, uid, tos, protocol or ports');
  });

  it.each<readonly [string, LookupOptions, string]>([
    ['127.0.0.1', { oif: 'nolink0' }, "oif: there is no link 'nolink0'"],
    ['fe80::1%nolink0', {}, "destination: there is no link 'nolink0'"],
    ['127.0.0.1', { source: '::1' }, "source: is not of the destination's family"],
    ['127.0.0.1', { source: 'localhost' }, "source: 'localhost' is not an IP address"],
    ['127.0.0.1', { mark: -1 }, 'mark: must be a whole number from 0 to 4294967295, not -1'],
  ])('refuses %s with %j', (destination, options, message) => {
    expect(() => monitor.lookup(destination, options)).toThrow(refusal(message));
  });
});
