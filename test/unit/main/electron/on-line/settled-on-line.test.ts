import { EventEmitter } from 'eventemitter3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NetworkState, NetworkStatus } from '../../../../../core/network-types.js';
import type { OnLine } from '../../../../../ipc/on-line.js';
import { SettledOnLine } from '../../../../../main/electron/on-line/settled-on-line.js';
import type { NetworkMonitorEvents } from '../../../../../main/monitor/network-monitor.js';
import type { ViewedMonitor } from '../../../../../main/reconnect/path-view.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { changeBetween, ETHERNET, stateWith } from '../../../support/network-states.js';

let monitor: EventEmitter<NetworkMonitorEvents> & { state: NetworkState };
let clock: FakeClock;
let onLine: SettledOnLine;
let told: OnLine[];

function become(status: NetworkStatus): void {
  const previous = monitor.state;
  monitor.state = { ...previous, status };
  monitor.emit('change', changeBetween(previous, monitor.state));
}

beforeEach(() => {
  monitor = Object.assign(new EventEmitter<NetworkMonitorEvents>(), { state: stateWith(ETHERNET, 1) });
  [clock, told] = [new FakeClock(), []];
  onLine = new SettledOnLine(monitor as unknown as ViewedMonitor, clock, (value) => told.push(value));
});

describe('a page is told', () => {
  it.each(['offline', 'local', 'portal'] as const)(
    'no when the status has been %s for half a second',
    (status) => {
      become(status);
      clock.advance(499);
      expect([told, onLine.value]).toEqual([[], true]);
      clock.advance(1);
      expect([told, onLine.value]).toEqual([[false], false]);
    },
  );

  it('yes at once', () => {
    become('offline');
    clock.advance(500);
    become('online');
    expect(told).toEqual([false, true]);
  });

  it('nothing of a loss that is over within half a second, however often it comes', () => {
    for (let blip = 0; blip < 3; blip++) {
      become('offline');
      clock.advance(300);
      become('online');
      clock.advance(300);
    }
    expect([told, clock.pending]).toEqual([[], 0]);
  });

  it('no half a second after the loss began, whichever way it goes on', () => {
    become('local');
    clock.advance(300);
    become('offline');
    clock.advance(200);
    become('local');
    expect(told).toEqual([false]);
  });

  it('nothing when the probe gets no answer, which is advice', () => {
    become('limited');
    clock.advance(5000);
    expect(told).toEqual([]);
  });

  it('to believe Chromium where nothing is known', () => {
    become('unknown');
    expect(told).toEqual([null]);
  });
});

it('lets go of everything when it is closed', () => {
  become('offline');
  onLine.close();
  expect([clock.pending, monitor.eventNames()]).toEqual([0, []]);
});
