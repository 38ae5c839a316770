import type { Session } from 'electron';
import { EventEmitter } from 'eventemitter3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NetworkState } from '../../../../../core/network-types.js';
import type { OnLineOverride } from '../../../../../main/electron/on-line/on-line-override.js';
import { guardSessions } from '../../../../../main/electron/sessions/guard-sessions.js';
import { KnownSessions } from '../../../../../main/electron/sessions/known-sessions.js';
import {
  type SessionPolicyOption,
  sessionPolicies,
} from '../../../../../main/electron/sessions/session-policy.js';
import type { NetworkMonitorEvents } from '../../../../../main/monitor/network-monitor.js';
import type { ViewedMonitor } from '../../../../../main/reconnect/path-view.js';
import type { ResolverMonitorEvents } from '../../../../../main/resolver/resolver-monitor.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { changeBetween, ETHERNET, stateWith, WIFI } from '../../../support/network-states.js';

/** A session that writes down what it is asked for. */
class FakeSession extends EventEmitter {
  readonly asked: string[] = [];
  readonly clearHostResolverCache = async (): Promise<void> => void this.asked.push('names');
  // A session whose network service has just crashed.
  readonly forceReloadProxyConfig = async (): Promise<void> => {
    this.asked.push('proxy');
    throw new Error('the network service is gone');
  };
  readonly closeAllConnections = async (): Promise<void> => void this.asked.push('pools');
}

let monitor: EventEmitter<NetworkMonitorEvents> & { state: NetworkState };
let resolver: EventEmitter<ResolverMonitorEvents>;
let app: EventEmitter;
let first: FakeSession;
let withPage: FakeSession;
let overridden: Session[];
let isHealingPrecise: boolean;
let stop: () => void = () => {};

function fakeOverride(): OnLineOverride {
  const override: Pick<OnLineOverride, 'add' | 'close'> = {
    add: (session) => {
      overridden.push(session);
    },
    close: () => {
      overridden.length = 0;
    },
  };
  return override as OnLineOverride;
}

function start(policy: SessionPolicyOption = {}): void {
  const sources = {
    app,
    session: { defaultSession: first as unknown as Session },
    webContents: {
      getAllWebContents: () =>
        [first, withPage].map((session) => ({ session: session as unknown as Session })),
    },
  };
  stop = guardSessions({
    sessions: new KnownSessions(sources),
    policyOf: sessionPolicies(policy),
    monitor: monitor as unknown as ViewedMonitor,
    resolver: resolver as never,
    onLine: fakeOverride(),
    waitFor: 'path',
    isHealingPrecise: () => isHealingPrecise,
    clock: new FakeClock(),
    random: () => 0,
  });
}

function move(): void {
  const previous = monitor.state;
  monitor.state = stateWith(previous.defaultPaths[4] === WIFI ? ETHERNET : WIFI, previous.generation + 1);
  monitor.emit('change', changeBetween(previous, monitor.state));
}

function resolve(): void {
  resolver.emit('dns', {} as never);
}

beforeEach(() => {
  monitor = Object.assign(new EventEmitter<NetworkMonitorEvents>(), {
    state: stateWith(ETHERNET, 1),
  });
  [resolver, app, first, withPage] = [
    new EventEmitter(),
    new EventEmitter(),
    new FakeSession(),
    new FakeSession(),
  ];
  isHealingPrecise = false;
  overridden = [];
});

afterEach(() => stop());

describe('sessions', () => {
  it('are the default one, those with pages, and those created later, each once', () => {
    start();
    const later = new FakeSession();
    for (const session of [later, first]) app.emit('session-created', session);
    move();
    for (const session of [first, withPage, later]) expect(session.asked).toEqual(['names', 'proxy']);
  });

  it('are known from their first page on where they were made before', () => {
    start();
    const earlier = new FakeSession();
    for (let pages = 0; pages < 2; pages++) app.emit('web-contents-created', {}, { session: earlier });
    move();
    expect(earlier.asked).toEqual(['names', 'proxy']);
  });

  it('are left alone once it is stopped', () => {
    start();
    stop();
    const later = new FakeSession();
    app.emit('session-created', later);
    move();
    resolve();
    expect([...first.asked, ...later.asked]).toEqual([]);
    for (const emitter of [monitor, resolver, app, first]) expect(emitter.eventNames()).toEqual([]);
  });

  it('do as their policy says', () => {
    start((session) => (session === (first as unknown) ? { clearHostCache: false } : { reloadProxy: false }));
    move();
    expect([first.asked, withPage.asked]).toEqual([['proxy'], ['names']]);
  });
});

describe('navigator.onLine', () => {
  it('is overridden where the policy says so, and given back in the end', () => {
    start((session) => ({ overrideOnLine: session === (withPage as unknown) }));
    expect(overridden).toEqual([withPage]);
    stop();
    expect(overridden).toEqual([]);
  });
});

it('refuses to start with a policy that cannot be used, and leaves nothing behind', () => {
  expect(() =>
    start((session) => ({ overrideOnLine: session === (withPage as unknown) ? (1 as never) : true })),
  ).toThrow('sessionPolicy.overrideOnLine: ');
  for (const emitter of [monitor, resolver, app, first]) expect(emitter.eventNames()).toEqual([]);
  expect(overridden).toEqual([]);
});

describe('names and proxies', () => {
  it('are forgotten when the resolver changed', () => {
    start();
    resolve();
    expect(first.asked).toEqual(['names', 'proxy']);
  });

  it('are forgotten when a portal lets the network go, and not when it takes it', () => {
    start();
    for (const [status, asked] of [
      ['portal', []],
      ['online', ['names', 'proxy']],
    ] as const) {
      const previous = monitor.state;
      monitor.state = { ...previous, status };
      monitor.emit('change', changeBetween(previous, monitor.state));
      expect(first.asked).toEqual(asked);
    }
  });

  it('are kept where the network changed and its paths did not', () => {
    start();
    const previous = monitor.state;
    monitor.state = { ...previous, status: 'limited' };
    monitor.emit('change', changeBetween(previous, monitor.state));
    expect(first.asked).toEqual([]);
  });
});

describe('pools', () => {
  it('are closed where the policy says so, and not because of the resolver', () => {
    start({ closePools: true });
    resolve();
    expect(first.asked).toEqual(['names', 'proxy']);
    move();
    expect(first.asked.slice(2)).toEqual(['names', 'proxy', 'pools']);
  });

  it('are left alone while dead connections are ended one by one', () => {
    start({ closePools: true });
    isHealingPrecise = true;
    move();
    expect(first.asked).toEqual(['names', 'proxy']);
  });

  it('are closed when a function says so, asked each time', () => {
    let isIdle = false;
    start({ closePools: () => isIdle });
    move();
    expect(first.asked).not.toContain('pools');
    isIdle = true;
    move();
    expect(first.asked).toContain('pools');
  });
});
