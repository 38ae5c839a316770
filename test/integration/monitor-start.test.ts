import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NetworkMonitor, type NetworkMonitorOptions, RoamkitError } from '../../main/index.js';
import { monitoredLab } from '../fixtures/monitored-lab.js';
import { Lab } from '../lab/index.js';

/** What `start` rejects with. */
async function failure(options: unknown): Promise<RoamkitError> {
  const monitor = await NetworkMonitor.start(options as NetworkMonitorOptions).catch(
    (error: unknown) => error,
  );
  if (monitor instanceof NetworkMonitor) {
    await monitor.close();
    throw new Error('it started');
  }
  expect(monitor).toBeInstanceOf(RoamkitError);
  return monitor as RoamkitError;
}

describe('start() refuses', () => {
  it.each([
    ['netns', { netns: '' }],
    ['netns', { netns: 7 }],
    ['receiveBufferBytes', { receiveBufferBytes: 0 }],
    ['receiveBufferBytes', { receiveBufferBytes: 1.5 }],
    ['receiveBufferBytes', { receiveBufferBytes: '8M' }],
    ['backend', { backend: 'kqueue' }],
  ])('a bad option by its name: %s in %j', async (name, options) => {
    const { code, message } = await failure(options);
    expect([code, message]).toEqual(['ERR_ROAMKIT_INVALID_ARGUMENT', expect.stringMatching(`^${name}: `)]);
  });

  it.each([
    ['a name that no namespace has', 'roamkit-test-nowhere', 'open network namespace'],
    ['a path that is not there', '/proc/1/ns/nowhere', 'open network namespace'],
    ['a file that is no namespace', '/proc/self/status', 'setns'],
    ['a namespace of another kind', '/proc/self/ns/uts', 'setns'],
  ])('%s, naming what failed', async (_, netns, operation) => {
    const { code, message, cause } = await failure({ netns });
    expect([code, message]).toEqual(['ERR_ROAMKIT_NETLINK', expect.stringMatching(`^${operation}: `)]);
    expect(cause).toBeInstanceOf(Error);
  });

  it('a namespace for a backend that cannot enter it', async () => {
    await using lab = await Lab.create();
    const { netns } = await lab.host('elsewhere');
    expect((await failure({ backend: 'portable', netns })).code).toBe('ERR_ROAMKIT_INVALID_ARGUMENT');
  });
});

describe('start() takes', () => {
  it('a receive buffer of any size that makes sense, and says what the kernel granted', async () => {
    await using lab = await Lab.create();
    const { netns } = await lab.host('alone');
    const granted = async (receiveBufferBytes: number): Promise<number> => {
      await using monitor = await NetworkMonitor.start({ netns, receiveBufferBytes });
      return monitor.stats.receiveBufferBytes;
    };
    const [one, large] = [await granted(1), await granted(1 << 20)];
    expect(one).toBeGreaterThan(1000);
    expect(large).toBeGreaterThanOrEqual(1 << 20);
  });

  it('a namespace with nothing but a loopback', async () => {
    await using lab = await Lab.create();
    const { netns } = await lab.host('alone');
    await using monitor = await NetworkMonitor.start({ netns });
    expect(monitor.state).toMatchObject({ status: 'offline', defaultPaths: { 4: null, 6: null } });
    expect(monitor.capabilities).toEqual({
      backend: 'netlink',
      events: true,
      routes: true,
      kernelLookup: true,
      socketDiagnosis: true,
      missing: [],
    });
  });

  it('several monitors of one namespace, and of several, each for itself', async () => {
    await using one = await monitoredLab();
    await using other = await monitoredLab();
    await using second = await NetworkMonitor.start({ netns: one.net.client.netns });
    await one.ip('route add default via 192.0.2.254 dev wlan0 metric 50');
    await other.settled();
    expect(one.monitor.state.defaultPaths[4]?.link).toBe('wlan0');
    expect(second.lookup('8.8.8.8').link).toBe('wlan0');
    expect(other.monitor.state.defaultPaths[4]?.link).toBe('eth0');
  });
});

describe('a closed monitor', () => {
  it('answers every question with ERR_ROAMKIT_CLOSED, and may be closed again', async () => {
    await using lab = await monitoredLab();
    const { monitor } = lab;
    await monitor.close();
    const flow = lab.toServer('ethernet', 'v4');
    for (const ask of [
      () => monitor.lookup('8.8.8.8'),
      () => monitor.lookupKernel('8.8.8.8'),
      () => monitor.routes(),
      () => lab.watch(flow),
      () => monitor.confirmFlows([]),
      () => monitor.diagnoseFlows([]),
    ]) {
      expect(ask).toThrow(expect.objectContaining({ code: 'ERR_ROAMKIT_CLOSED' }));
    }
    monitor.audit();
    monitor.ref().unref();
    await monitor.close();
    await Promise.all([monitor.close(), monitor[Symbol.asyncDispose]()]);
    // What it knew last can still be read.
    expect(monitor.state.status).toBe('online');
    expect(monitor.capabilities.backend).toBe('netlink');
    expect(monitor.stats.links).toBeGreaterThan(0);
  });

  it('tells nothing more, not even of what the kernel did before', async () => {
    await using lab = await monitoredLab();
    let heard = 0;
    lab.monitor.on('batch', () => heard++);
    const done = lab.net.client.ip(['route add 10.0.0.0/8 dev eth0', 'route del 10.0.0.0/8 dev eth0']);
    await lab.monitor.close();
    const atClose = heard;
    await done;
    expect(heard).toBe(atClose);
  });
});

describe('lookup()', () => {
  it('refuses what is no address, and a source of the other family', async () => {
    await using lab = await monitoredLab();
    for (const destination of ['', 'example.org', '1.2.3', '1.2.3.4/24', '::g', 'fe80::1%nolink']) {
      for (const ask of ['lookup', 'lookupKernel'] as const) {
        expect(() => lab.monitor[ask](destination)).toThrow(
          expect.objectContaining({
            code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
            message: expect.stringContaining('destination'),
          }),
        );
      }
    }
    expect(() => lab.monitor.lookup('192.0.2.1', { source: '::1' })).toThrow(/source/);
  });

  it('answers as the kernel for a thousand addresses, from wherever they are asked', async () => {
    await using lab = await monitoredLab();
    await lab.ip([
      'route add 10.0.0.0/8 via 192.0.2.254',
      'route add 10.64.0.0/10 via 198.51.100.254',
      'route add unreachable 10.65.0.0/16',
      'route add 10.65.1.0/24 dev eth0',
      'route add 2000::/4 via 2001:db8:1::fe',
    ]);
    const { monitor } = lab;
    for (let n = 0; n < 1000; n++) {
      const hash = createHash('md5').update(String(n)).digest();
      const destination =
        n % 2 === 0
          ? `10.${64 + ((hash[0] ?? 0) & 3)}.${hash[1]}.${hash[2]}`
          : `${['2001', '3fff', '2600', 'fd00'][n & 3]}:${hash.toString('hex', 0, 2)}::${n}`;
      const [mirror, kernel] = [monitor.lookup(destination), monitor.lookupKernel(destination)];
      const essence = ({ routable, link, gateway, source, type }: typeof mirror) => ({
        routable,
        link,
        gateway,
        source,
        type,
      });
      expect({ destination, ...essence(mirror) }).toEqual({ destination, ...essence(kernel) });
    }
  });
});
