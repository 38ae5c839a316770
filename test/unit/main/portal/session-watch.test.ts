import { beforeEach, expect, it } from 'vitest';
import type { PortalInfo } from '../../../../core/portal-types.js';
import { SessionWatch } from '../../../../main/portal/session-watch.js';
import { FakeClock } from '../../support/fake-clock.js';
import { SIGNED_IN } from '../../support/portals.js';

const MINUTE = 60_000;

let clock: FakeClock;
let told: string[];
let watch: SessionWatch;
beforeEach(() => {
  clock = new FakeClock();
  told = [];
  watch = new SessionWatch(clock, () => clock.now(), 5 * MINUTE, {
    expiring: () => told.push('expiring'),
    ended: () => told.push('ended'),
  });
});

const endingIn = (ms: number): PortalInfo => ({ ...SIGNED_IN, sessionEndsAt: clock.now() + ms });

it('tells before the end, and after it', () => {
  watch.follow(endingIn(60 * MINUTE));
  clock.advance(55 * MINUTE - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(['expiring']);
  clock.advance(5 * MINUTE);
  expect(told).toEqual(['expiring']);
  clock.advance(1000);
  expect(told).toEqual(['expiring', 'ended']);
});

it('does not call a short session expiring from its first moment on', () => {
  watch.follow(endingIn(2 * MINUTE));
  clock.advance(MINUTE - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(['expiring']);
});

it('begins anew when the session is extended', () => {
  watch.follow(endingIn(60 * MINUTE));
  clock.advance(56 * MINUTE);
  watch.follow(endingIn(60 * MINUTE));
  clock.advance(54 * MINUTE);
  expect(told).toEqual(['expiring']);
  clock.advance(MINUTE);
  expect(told).toEqual(['expiring', 'expiring']);
});

it('has no timer for a session without an end, none, or one that waits for the user to sign in', () => {
  for (const portal of [SIGNED_IN, null, { ...endingIn(MINUTE), isCaptive: true }]) watch.follow(portal);
  expect(clock.pending).toBe(0);
});
