import { EventEmitter } from 'eventemitter3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NetworkState, Path } from '../../../../core/network-types.js';
import { defaultPolicy } from '../../../../core/policy.js';
import type { ReconnectSignal } from '../../../../core/reconnect/signal.js';
import type { UnroutableReason } from '../../../../core/verdict-types.js';
import type { InvalidatedEvent } from '../../../../ipc/messages.js';
import type { Page } from '../../../../main/electron/page.js';
import { type TellPagesContext, tellPages } from '../../../../main/electron/tell-pages.js';
import type { NetworkMonitorEvents } from '../../../../main/monitor/network-monitor.js';
import type { Connection, ConnectionOwner } from '../../../../main/registry/connection.js';
import type { ConnectionRegistryEvents } from '../../../../main/registry/registry-events.js';
import { FakeClock } from '../../support/fake-clock.js';
import { changeBetween, ETHERNET, stateWith, WIFI } from '../../support/network-states.js';

interface FakePage {
  readonly told: { readonly event: string; readonly payload: unknown }[];
  readonly tracked: Set<number>;
  readonly page: Page;
}

let clock: FakeClock;
let state: NetworkState;
let monitor: EventEmitter<NetworkMonitorEvents>;
let registry: EventEmitter<ConnectionRegistryEvents>;
let pages: FakePage[];
let ownSignals: ReconnectSignal[];
let stop: () => void;

function fakePage(...ids: number[]): FakePage {
  const told: FakePage['told'] = [];
  const tracked = new Set(ids);
  const channel = {
    tell: (event: string, payload: unknown) => told.push({ event, payload }),
    stateChanged: () => told.push({ event: 'state', payload: null }),
  } as unknown as Page['channel'];
  const connections = {
    has: (id: number) => tracked.has(id),
    forget: (id: number) => tracked.delete(id),
    affected: () => [...tracked],
  } as unknown as Page['connections'];
  const portal = {} as unknown as Page['portal'];
  return { told, tracked, page: { frame: { isAlive: true }, channel, connections, portal } };
}

function start(exposeAddresses = false): void {
  let random = 0;
  stop = tellPages({
    monitor: monitor as unknown as TellPagesContext['monitor'],
    registry: registry as unknown as TellPagesContext['registry'],
    windows: { pages: () => pages.map(({ page }) => page) },
    settings: { exposeAddresses, reconnectJitterMs: 50, reconnectWhen: 'path' },
    onReconnect: (signal) => ownSignals.push(signal),
    clock,
    random: () => {
      random += 0.1;
      return random;
    },
  });
}

beforeEach(() => {
  clock = new FakeClock();
  state = stateWith(WIFI, 1);
  monitor = new EventEmitter();
  Object.defineProperty(monitor, 'state', { get: () => state });
  registry = new EventEmitter();
  pages = [fakePage(7), fakePage(8)];
  ownSignals = [];
});

function connection(id: number, owner: ConnectionOwner, label = 'chat'): Connection {
  return {
    id,
    owner,
    label,
    state: 'suspect',
    flow: { protocol: 'tcp', local: null, remote: { address: '203.0.113.5', port: 443 }, oif: null },
    verdict: null,
    policy: defaultPolicy,
    since: 0,
    setPolicy: () => {},
    proveAlive: () => {},
    untrack: () => {},
  };
}

function registryTells(
  event: 'suspect' | 'invalidated' | 'recovered',
  subject: Connection,
  reason: UnroutableReason,
): void {
  const verdict = { kind: 'unroutable', reason, path: null, certain: true } as const;
  registry.emit(event, {
    connection: subject,
    verdict,
    reason: event === 'recovered' ? null : reason,
    path: WIFI,
  });
}

function moveTo(path: Path | null): void {
  const previous = state;
  state = stateWith(path, previous.generation + 1);
  monitor.emit('change', changeBetween(previous, state, [4]));
}

const events = (index: number) => pages[index]?.told.map(({ event }) => event);
const payload = (index: number, event: string) =>
  pages[index]?.told.find((told) => told.event === event)?.payload;

describe('a loss', () => {
  it('reaches the page as state first, then `invalidated`, then `reconnect`', async () => {
    start();
    moveTo(ETHERNET);
    registryTells('suspect', connection(7, 'page'), 'gateway-removed');
    clock.advance(0);
    clock.advance(100);
    registryTells('invalidated', connection(7, 'page'), 'gateway-removed');
    clock.advance(0);
    expect(events(0)).toEqual(['state', 'invalidated', 'reconnect']);
    expect(payload(0, 'reconnect')).toMatchObject({ cause: 'invalidated', urgency: 'now', generation: 2 });
  });

  it("of a page's own connection is told to that page only, once", () => {
    start();
    registryTells('invalidated', connection(7, 'page'), 'no-route');
    registryTells('invalidated', connection(7, 'page'), 'no-route');
    expect(events(0)).toEqual(['invalidated']);
    expect(events(1)).toEqual([]);
    expect(pages[0]?.tracked.size).toBe(0);
  });

  it('of a connection of the main process is told to all pages', () => {
    start();
    registryTells('invalidated', connection(3, 'main'), 'no-route');
    expect(events(0)).toEqual(['invalidated']);
    expect(events(1)).toEqual(['invalidated']);
  });

  it('that the connection survives is not told', async () => {
    start();
    moveTo(ETHERNET);
    registryTells('suspect', connection(7, 'page'), 'gateway-removed');
    clock.advance(0);
    moveTo(WIFI);
    registryTells('recovered', connection(7, 'page'), 'gateway-removed');
    clock.advance(0);
    clock.advance(1000);
    expect(events(0)).toEqual(['state', 'state']);
    expect(ownSignals).toEqual([]);
  });
});

describe('what a page is told of a connection', () => {
  const told = (label: string, exposeAddresses: boolean): InvalidatedEvent => {
    start(exposeAddresses);
    registryTells('invalidated', connection(3, 'main', label), 'link-down');
    return payload(0, 'invalidated') as InvalidatedEvent;
  };

  it('has no address in it', () => {
    expect(told('chat', false)).toEqual({
      id: 3,
      owner: 'main',
      label: 'chat',
      reason: 'link-down',
      generation: 1,
      path: { link: 'wlan0', ifindex: 2, gateway: null, source: null },
      remote: null,
    });
  });

  it("has none in a label that is the peer's address either", () => {
    expect(told('203.0.113.5:443', false).label).toBeNull();
  });

  it('has them where they are exposed', () => {
    expect(told('203.0.113.5:443', true)).toMatchObject({
      label: '203.0.113.5:443',
      remote: { address: '203.0.113.5', port: 443 },
      path: { gateway: '192.0.2.1' },
    });
  });
});

it('draws a delay of its own for each page, and for the main process', async () => {
  start();
  moveTo(ETHERNET);
  clock.advance(0);
  const delays = [payload(0, 'reconnect'), payload(1, 'reconnect'), ownSignals[0]].map(
    (signal) => (signal as ReconnectSignal).delayMs,
  );
  expect(delays).toEqual([5, 10, 15]);
});

it('delays no signal to wait', async () => {
  start();
  moveTo(null);
  clock.advance(0);
  expect(payload(0, 'reconnect')).toMatchObject({ urgency: 'wait', delayMs: 0 });
});

it('forgets a connection that is tracked no more, and waits for it no longer', async () => {
  start();
  moveTo(ETHERNET);
  const gone = connection(7, 'page');
  registryTells('suspect', gone, 'gateway-removed');
  clock.advance(0);
  expect(events(0)).toEqual(['state']);
  registry.emit('untracked', { ...gone, state: 'closed' });
  clock.advance(0);
  expect(pages[0]?.tracked.size).toBe(0);
  expect(events(0)).toEqual(['state', 'reconnect']);
});

it('keeps a connection that is being invalidated until its page was told', () => {
  start();
  registry.emit('untracked', { ...connection(7, 'page'), state: 'invalidated' });
  registryTells('invalidated', connection(7, 'page'), 'no-route');
  expect(events(0)).toEqual(['invalidated']);
});

it('is silent once stopped, and leaves no listener behind', async () => {
  start();
  moveTo(ETHERNET);
  stop();
  clock.advance(0);
  expect(events(0)).toEqual(['state']);
  expect([...monitor.eventNames(), ...registry.eventNames()]).toEqual([]);
});

it('names to each page the connections of its own that a signal concerns', () => {
  start();
  moveTo(ETHERNET);
  clock.advance(0);
  expect(payload(0, 'reconnect')).toMatchObject({ affected: [7] });
  expect(payload(1, 'reconnect')).toMatchObject({ affected: [8] });
});
