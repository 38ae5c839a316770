import { EventEmitter } from 'eventemitter3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Lookup, NetworkState, NetworkStatus, Path } from '../../../../core/network-types.js';
import { defaultPolicy } from '../../../../core/policy.js';
import type { ReconnectSignal } from '../../../../core/reconnect/signal.js';
import type { UnroutableReason } from '../../../../core/verdict-types.js';
import type { NetworkMonitorEvents } from '../../../../main/monitor/network-monitor.js';
import {
  type ReconnectSignalsOptions,
  reconnectSignals,
} from '../../../../main/reconnect/reconnect-signals.js';
import type { Connection } from '../../../../main/registry/connection.js';
import type { ConnectionRegistryEvents } from '../../../../main/registry/registry-events.js';
import { FakeClock } from '../../support/fake-clock.js';
import { CAPABILITIES, changeBetween, ETHERNET, stateWith, WIFI } from '../../support/network-states.js';

let clock: FakeClock;
let state: NetworkState;
let monitor: EventEmitter<NetworkMonitorEvents>;
let registry: EventEmitter<ConnectionRegistryEvents>;
/** How the mirror answers, per destination. */
let routes: Map<string, Path>;
let kernel: Map<string, Path>;
let isCertain: boolean;
let signals: ReconnectSignal[];

beforeEach(() => {
  clock = new FakeClock();
  state = stateWith(WIFI, 1);
  routes = new Map();
  kernel = new Map();
  isCertain = true;
  registry = new EventEmitter();
  signals = [];
  monitor = Object.assign(new EventEmitter<NetworkMonitorEvents>(), {
    isClosed: false,
    capabilities: CAPABILITIES,
    lookup: (dst: string) => answer(dst, routes.get(dst), isCertain),
    lookupKernel: (dst: string) => answer(dst, kernel.get(dst), true),
  });
  Object.defineProperty(monitor, 'state', { get: () => state });
});

function answer(dst: string, path: Path | undefined, certain: boolean): Lookup {
  const none = { oif: null, link: null, gateway: null, source: null, table: null };
  return {
    dst,
    routable: path !== undefined,
    reason: path === undefined ? 'no-route' : null,
    type: path === undefined ? null : 'unicast',
    prefix: null,
    nexthops: null,
    certain,
    ...(path ?? none),
  };
}

function source(options: ReconnectSignalsOptions = {}) {
  const made = reconnectSignals(monitor as never, registry as never, { clock, jitterMs: 0, ...options });
  made.subscribe((signal) => signals.push(signal));
  return made;
}

function moveTo(path: Path | null): void {
  const previous = state;
  state = stateWith(path, previous.generation + 1);
  monitor.emit('change', changeBetween(previous, state, [4]));
  batch();
}

const batch = () => monitor.emit('batch', {} as never);
const urgencies = () => signals.map(({ cause, urgency }) => `${cause} ${urgency}`);

function connection(id: number): Connection {
  return { id, policy: defaultPolicy, state: 'suspect' } as unknown as Connection;
}

function registryTells(
  event: 'suspect' | 'invalidated' | 'recovered' | 'rerouted',
  id: number,
  reason: UnroutableReason = 'link-down',
): void {
  const verdict = { kind: 'unroutable', reason, path: null, certain: true } as const;
  registry.emit(event, { connection: connection(id), verdict, reason, path: null });
}

describe('of the default paths', () => {
  it('tells of paths that go, come and change, each in a later turn', () => {
    const network = source();
    expect(network.hasPath()).toBe(true);
    moveTo(null);
    expect(signals).toEqual([]);
    expect(network.hasPath()).toBe(false);
    expect(network.generation).toBe(2);
    clock.advance(0);
    moveTo(ETHERNET);
    clock.advance(0);
    moveTo(WIFI);
    clock.advance(0);
    expect(urgencies()).toEqual(['path-lost wait', 'path-appeared now', 'path-changed now']);
    expect(signals.map(({ generation }) => generation)).toEqual([2, 3, 4]);
  });

  it('comes after the invalidations, once, with the reason', () => {
    source();
    moveTo(ETHERNET);
    registryTells('suspect', 7);
    clock.advance(99);
    expect(signals).toEqual([]);
    registryTells('invalidated', 7);
    clock.advance(0);
    expect(signals).toMatchObject([{ cause: 'invalidated', reason: 'link-down', generation: 2 }]);
  });

  it.each(['recovered', 'rerouted'] as const)('does not wait for one that is %s', (event) => {
    source();
    moveTo(ETHERNET);
    registryTells('suspect', 7);
    registryTells(event, 7);
    clock.advance(0);
    expect(urgencies()).toEqual(['path-changed now']);
  });

  it('does not wait for one that is tracked no more', () => {
    source();
    moveTo(ETHERNET);
    registryTells('suspect', 7);
    registry.emit('untracked', { ...connection(7), state: 'closed' });
    clock.advance(0);
    expect(urgencies()).toEqual(['path-changed now']);
  });

  it('does without a registry', () => {
    const network = reconnectSignals(monitor as never, null, { clock, jitterMs: 0 });
    network.subscribe((signal) => signals.push(signal));
    moveTo(ETHERNET);
    clock.advance(0);
    expect(urgencies()).toEqual(['path-changed now']);
  });

  it('tells of a path that is back before its loss was told, if somebody asked meanwhile', () => {
    const network = source();
    registryTells('suspect', 7);
    moveTo(null);
    expect(network.hasPath()).toBe(false);
    moveTo(WIFI);
    clock.advance(0);
    expect(urgencies()).toEqual(['path-appeared now']);
    registryTells('recovered', 7);
    clock.advance(1000);
    expect(urgencies()).toEqual(['path-appeared now']);
  });

  it('tells nothing of it where nobody asked, and nothing twice', () => {
    const network = source();
    registryTells('suspect', 7);
    moveTo(null);
    moveTo(WIFI);
    registryTells('recovered', 7);
    clock.advance(1000);
    expect(signals).toEqual([]);
    moveTo(null);
    clock.advance(0);
    expect(network.hasPath()).toBe(false);
    moveTo(WIFI);
    clock.advance(1000);
    expect(urgencies()).toEqual(['path-lost wait', 'path-appeared now']);
  });
});

describe('of one destination', () => {
  const LAN: Path = { ...WIFI, gateway: null };

  it('tells of the way there, whatever becomes of the default path', () => {
    routes.set('10.1.2.3', LAN);
    const network = source({ destination: '10.1.2.3' });
    moveTo(null);
    clock.advance(0);
    expect(network.hasPath()).toBe(true);
    expect(network.generation).toBe(1);
    expect(signals).toEqual([]);
  });

  it('tells of a way that goes and comes without any change of the default path', () => {
    routes.set('10.1.2.3', LAN);
    const network = source({ destination: '10.1.2.3' });
    routes.delete('10.1.2.3');
    batch();
    clock.advance(0);
    expect(network.hasPath()).toBe(false);
    routes.set('10.1.2.3', ETHERNET);
    batch();
    clock.advance(0);
    routes.set('10.1.2.3', LAN);
    batch();
    clock.advance(0);
    expect(urgencies()).toEqual(['path-lost wait', 'path-appeared now', 'path-changed soon']);
    expect(signals.map(({ generation }) => generation)).toEqual([2, 3, 4]);
    expect(network.generation).toBe(4);
  });

  it('is urgent where the old way cannot be used any more', () => {
    routes.set('10.1.2.3', LAN);
    source({ destination: '10.1.2.3' });
    routes.set('10.1.2.3', ETHERNET);
    state = {
      ...state,
      links: state.links.map((link) => (link.ifindex === 2 ? { ...link, isUp: false } : link)),
    };
    batch();
    clock.advance(0);
    expect(urgencies()).toEqual(['path-changed now']);
  });

  it('has a path while one of its addresses has', () => {
    routes.set('2001:db8::5', ETHERNET);
    const network = source({ destination: ['10.1.2.3', '10.1.2.4', '2001:db8::5'] });
    expect(network.hasPath()).toBe(true);
    routes.delete('2001:db8::5');
    routes.set('10.1.2.4', LAN);
    batch();
    expect(network.hasPath()).toBe(true);
    routes.clear();
    batch();
    expect(network.hasPath()).toBe(false);
  });

  it("goes by the kernel's answer where the mirror is not certain", () => {
    routes.set('10.1.2.3', LAN);
    isCertain = false;
    expect(source({ destination: '10.1.2.3' }).hasPath()).toBe(false);
    kernel.set('10.1.2.3', LAN);
    expect(source({ destination: '10.1.2.3' }).hasPath()).toBe(true);
  });
});

it('draws a delay for each subscriber, none for what tells to wait', () => {
  let random = 0;
  const network = source({
    jitterMs: 50,
    random: () => {
      random += 0.2;
      return random;
    },
  });
  const others: ReconnectSignal[] = [];
  network.subscribe((signal) => others.push(signal));
  moveTo(ETHERNET);
  clock.advance(0);
  moveTo(null);
  clock.advance(0);
  expect(signals.map(({ delayMs }) => delayMs)).toEqual([10, 0]);
  expect(others.map(({ delayMs }) => delayMs)).toEqual([20, 0]);
});

it('is silent once closed, and to who unsubscribed', () => {
  const network = source();
  const others: ReconnectSignal[] = [];
  network.subscribe((signal) => others.push(signal))();
  moveTo(ETHERNET);
  clock.advance(0);
  expect(others).toEqual([]);
  moveTo(WIFI);
  network.close();
  network.close();
  clock.advance(1000);
  moveTo(ETHERNET);
  clock.advance(1000);
  expect(signals).toHaveLength(1);
  expect(monitor.eventNames()).toEqual([]);
  expect(registry.eventNames()).toEqual([]);
});

it.each([
  [{ jitterMs: -1 }, /^jitterMs: /],
  [{ destination: 'example.org' }, /^destination: /],
  [{ destination: [] }, /^destination: /],
  [{ destination: ['10.1.2.3', 7] }, /^destination: /],
])('refuses %j, naming the option', (options, message) => {
  expect(() => source(options as ReconnectSignalsOptions)).toThrow(
    expect.objectContaining({
      code: 'ERR_ROAMKIT_INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    }),
  );
});

describe('waiting for online', () => {
  const find = (v4: NetworkStatus, status = v4): void => {
    const previous = state;
    state = { ...previous, status, families: { ...previous.families, 4: v4 } };
    monitor.emit('change', changeBetween(previous, state));
    clock.advance(0);
  };

  it('waits while the network is probed and while a portal holds it back, and goes once it is open', () => {
    state = { ...stateWith(WIFI, 1), status: 'unknown', families: { 4: 'unknown', 6: 'offline' } };
    const network = source({ waitFor: 'online' });
    expect(network.hasPath()).toBe(false);
    find('portal');
    expect(network.hasPath()).toBe(false);
    expect(signals).toEqual([]);
    find('online');
    expect(network.hasPath()).toBe(true);
    expect(urgencies()).toEqual(['path-appeared now']);
    expect(signals[0]?.generation).toBe(1);
  });

  it('says to wait when a portal comes up', () => {
    const network = source({ waitFor: 'online' });
    find('portal');
    expect(network.hasPath()).toBe(false);
    expect(urgencies()).toEqual(['path-lost wait']);
  });

  it('takes silence for advice, and lets all go', () => {
    state = { ...stateWith(WIFI, 1), status: 'unknown', families: { 4: 'unknown', 6: 'offline' } };
    const network = source({ waitFor: 'online' });
    find('limited');
    expect(network.hasPath()).toBe(true);
    expect(urgencies()).toEqual(['path-appeared now']);
  });

  it('without a detector is the same as waiting for a path', () => {
    source({ waitFor: 'online' });
    moveTo(null);
    clock.advance(0);
    moveTo(ETHERNET);
    clock.advance(0);
    expect(urgencies()).toEqual(['path-lost wait', 'path-appeared now']);
  });

  it('by default is not waited for', () => {
    const network = source();
    find('portal');
    expect(network.hasPath()).toBe(true);
    expect(signals).toEqual([]);
  });

  it('is refused for a destination, and so is a word that means nothing', () => {
    for (const options of [{ waitFor: 'online', destination: '192.0.2.1' }, { waitFor: 'portal' }]) {
      expect(() => source(options as ReconnectSignalsOptions)).toThrow(
        expect.objectContaining({ code: 'ERR_ROAMKIT_INVALID_ARGUMENT' }),
      );
    }
  });
});
