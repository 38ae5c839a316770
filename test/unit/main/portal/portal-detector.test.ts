import { EventEmitter } from 'eventemitter3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Link, NetworkState } from '../../../../core/network-types.js';
import type { PortalFindings } from '../../../../core/portal-findings.js';
import type { NetworkMonitorEvents } from '../../../../main/monitor/network-monitor.js';
import type { PortalDetectorOptions } from '../../../../main/portal/detector-options.js';
import { PortalDetector, type ProbedMonitor } from '../../../../main/portal/portal-detector.js';
import type { PortalAnswer } from '../../../../main/portal/transport.js';
import { FakeClock } from '../../support/fake-clock.js';
import { CAPABILITIES, changeBetween, ETHERNET, stateWith, WIFI } from '../../support/network-states.js';

let clock: FakeClock;
let state: NetworkState;
let reported: PortalFindings | null;
let monitor: EventEmitter<NetworkMonitorEvents>;
let answer: Pick<PortalAnswer, 'status'> & Partial<PortalAnswer>;
/** The source addresses of all requests. */
let asked: (string | null)[];

beforeEach(() => {
  clock = new FakeClock();
  state = stateWith(WIFI, 1);
  asked = [];
  answer = { status: 204 };
  monitor = Object.assign(new EventEmitter<NetworkMonitorEvents>(), {
    isClosed: false,
    receivedAt: 0,
    capabilities: CAPABILITIES,
    reportPortal: (findings: PortalFindings | null) => {
      reported = findings;
    },
  });
  Object.defineProperty(monitor, 'state', { get: () => state });
});

function detector(options: PortalDetectorOptions = {}): PortalDetector {
  return new PortalDetector(monitor as unknown as ProbedMonitor, {
    endpoints: [{ url: 'http://probe.example/' }],
    sources: [],
    clock,
    random: () => 0.5,
    wallNow: () => clock.now(),
    transport: async ({ source }) => {
      asked.push(source);
      return { headers: {}, body: new Uint8Array(), end: 'whole', remoteAddress: null, ...answer };
    },
    ...options,
  });
}

/** Lets time pass, and the requests of the looks that begin in it be answered. */
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise(setImmediate);
}

describe('while the network is online and nothing changes', () => {
  it('asks nothing and has no timer', async () => {
    using made = detector();
    await pass(0);
    expect(made.state.status).toBe('online');
    await pass(24 * 3_600_000);
    expect(asked).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});

describe('rechecks', () => {
  it('come with backoff, and begin anew when the network is another one', async () => {
    answer = { status: 503 };
    using made = detector({ recheck: { firstMs: 1000, factor: 2, longestMs: 8000 } });
    await pass(0);
    expect(made.state.status).toBe('limited');
    for (const waitMs of [1000, 2000, 4000, 8000, 8000]) {
      const before = asked.length;
      await pass(waitMs - 1);
      expect(asked).toHaveLength(before);
      await pass(1);
      await pass(0);
      expect(asked).toHaveLength(before + 1);
    }
    const previous = state;
    state = stateWith(ETHERNET, 2);
    monitor.emit('change', changeBetween(previous, state, [4]));
    // The last look has only just begun.
    await pass(250);
    expect(asked.at(-1)).toBe(ETHERNET.source);
    const before = asked.length;
    await pass(1000);
    await pass(0);
    expect(asked).toHaveLength(before + 1);
  });

  it('wait as long as a portal asks for', async () => {
    answer = { status: 511, headers: { 'retry-after': '30' } };
    using made = detector({ recheck: { firstMs: 1000 } });
    await pass(0);
    expect(made.state.status).toBe('portal');
    await pass(29_999);
    expect(asked).toHaveLength(1);
    await pass(1);
    await pass(0);
    expect(asked).toHaveLength(2);
  });
});

describe('a network that is joined', () => {
  const { links } = stateWith(null, 0);
  const wifi = links.find(({ name }) => name === WIFI.link);
  const told = (fields: Partial<Link>): void => {
    if (wifi === undefined) throw new Error('no such link');
    monitor.emit('link', { kind: 'change', link: { ...wifi, ...fields } });
  };
  const join = (): void => {
    const previous = state;
    state = stateWith(WIFI, 2);
    monitor.emit('change', changeBetween(previous, state));
  };

  it('in the moment in which its link has got a carrier is asked once the other end can answer', async () => {
    state = stateWith(null, 1);
    using made = detector();
    await pass(1000);
    told({ hasCarrier: false });
    told({});
    await pass(10);
    join();
    await pass(39);
    expect(made.state.status).toBe('probing');
    expect(asked).toEqual([]);
    await pass(1);
    expect(asked).toEqual([WIFI.source]);
  });

  it('by a link that has carried for a while is asked at once', async () => {
    state = stateWith(null, 1);
    using _made = detector();
    await pass(1000);
    told({ isUp: false });
    told({});
    await pass(50);
    // Another of its flags: it has had its carrier all the time.
    told({ masterIfindex: 7 });
    join();
    await pass(0);
    expect(asked).toEqual([WIFI.source]);
  });
});

it('asks from the path’s own source address, and leaves that to the system where the routes are not known', async () => {
  using first = detector();
  await pass(0);
  first.close();
  Object.assign(monitor, { capabilities: { ...CAPABILITIES, routes: false } });
  using _second = detector();
  await pass(0);
  expect(asked).toEqual([WIFI.source, null]);
});

it('tells the monitor what it finds, at once and until it is closed', async () => {
  const made = detector();
  expect(reported).toEqual({ 4: 'pending', 6: 'absent', portal: null });
  await pass(0);
  expect(reported).toMatchObject({ 4: 'online' });
  made.close();
  expect(reported).toBeNull();
});

it('answers a call with the look that it started, and rejects it where it is closed meanwhile', async () => {
  const made = detector();
  const found = made.detect();
  await pass(0);
  await expect(found).resolves.toMatchObject({ status: 'online', generation: 1 });
  await pass(5000);
  const late = made.detect();
  made.close();
  await expect(late).rejects.toMatchObject({ code: 'ERR_ROAMKIT_CLOSED' });
  await expect(made.detect()).rejects.toMatchObject({ code: 'ERR_ROAMKIT_CLOSED' });
});
