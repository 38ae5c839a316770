import { describe, expect, it } from 'vitest';
import type { NetworkState } from '../../../../../core/network-types.js';
import { type BegunSignIn, isOver } from '../../../../../main/electron/portal-window/sign-in-end.js';
import { ETHERNET, stateWith, WIFI } from '../../../support/network-states.js';
import { CAPTIVE } from '../../../support/portals.js';

const begun: BegunSignIn = { portal: CAPTIVE, paths: { 4: WIFI, 6: null } };

const state = (fields: Partial<NetworkState>): NetworkState => ({ ...stateWith(WIFI, 2), ...fields });

describe('a sign-in', () => {
  it('goes on while the portal is there, and when another look found nothing out', () => {
    expect(isOver(begun, state({ status: 'portal', portal: CAPTIVE }))).toBe(false);
    expect(isOver(begun, state({ status: 'portal', portal: { ...CAPTIVE, generation: 9 } }))).toBe(false);
    expect(isOver(begun, state({ status: 'limited', portal: null }))).toBe(false);
    expect(isOver(begun, state({ status: 'unknown', portal: null }))).toBe(false);
  });

  it('is over when the network is open', () => {
    expect(isOver(begun, state({ status: 'online', portal: null }))).toBe(true);
    expect(isOver(begun, state({ status: 'online', portal: { ...CAPTIVE, isCaptive: false } }))).toBe(true);
  });

  it('is over when the network is another one, or gone, whatever is known of it', () => {
    const elsewhere = { 4: ETHERNET, 6: null };
    expect(isOver(begun, state({ status: 'portal', portal: CAPTIVE, defaultPaths: elsewhere }))).toBe(true);
    expect(
      isOver(begun, state({ status: 'offline', portal: null, defaultPaths: { 4: null, 6: null } })),
    ).toBe(true);
  });

  it('goes on when the same network gets its other family', () => {
    const both = { 4: WIFI, 6: { ...WIFI, gateway: 'fe80::1', source: '2001:db8::1' } };
    expect(isOver(begun, state({ status: 'portal', portal: CAPTIVE, defaultPaths: both }))).toBe(false);
  });

  it('to extend a session is over when that is extended', () => {
    const expiring = { ...CAPTIVE, isCaptive: false, isExpiring: true };
    const extending = { ...begun, portal: expiring };
    expect(isOver(extending, state({ status: 'online', portal: expiring }))).toBe(false);
    expect(isOver(extending, state({ status: 'online', portal: { ...expiring, isExpiring: false } }))).toBe(
      true,
    );
  });
});
