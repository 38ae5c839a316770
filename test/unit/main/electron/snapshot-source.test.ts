import { expect, it } from 'vitest';
import type { PortalInfo } from '../../../../core/portal-types.js';
import { SnapshotSource, snapshotFields } from '../../../../main/electron/snapshot-source.js';
import { CAPABILITIES, SETTINGS, stateWith, WIFI } from '../../support/network-states.js';

it('shows a page the links of the default paths only', () => {
  expect(snapshotFields(stateWith(WIFI, 1), CAPABILITIES, SETTINGS).links).toEqual([
    { ifindex: 2, name: 'wlan0', kind: null, isUp: true, hasCarrier: true },
  ]);
});

it('shows no address unless addresses are exposed', () => {
  const text = (exposeAddresses: boolean) =>
    JSON.stringify(snapshotFields(stateWith(WIFI, 1), CAPABILITIES, { ...SETTINGS, exposeAddresses }));
  expect(text(false)).not.toMatch(/192\.0\.2\./);
  expect(text(true)).toContain('"gateway":"192.0.2.1"');
  expect(text(true)).toContain('"source":"192.0.2.10"');
});

it('keeps its object through batches that change nothing a page is shown', () => {
  let state = stateWith(WIFI, 1);
  const source = new SnapshotSource(() => state, CAPABILITIES, SETTINGS);
  const before = source.current();
  state = stateWith(WIFI, 1, 2);
  expect(source.current()).toBe(before);
  expect(source.changedSince(before)).toBeNull();
});

it('shows a portal by its host, and none of its URLs', () => {
  const portal: PortalInfo = {
    isCaptive: true,
    url: 'https://login.example/?mac=02-00-00-00-00-01&ip=192.0.2.10',
    host: 'login.example',
    foundBy: 'redirect',
    family: 4,
    generation: 1,
    venueInfoUrl: 'https://venue.example/?mac=02-00-00-00-00-01',
    canExtendSession: null,
    sessionEndsAt: null,
    bytesRemaining: null,
    isExpiring: false,
  };
  const { url: _url, venueInfoUrl: _venue, ...shown } = portal;
  for (const exposeAddresses of [false, true]) {
    const fields = snapshotFields({ ...stateWith(WIFI, 1), portal }, CAPABILITIES, {
      ...SETTINGS,
      exposeAddresses,
    });
    expect(fields.portal).toEqual({ ...shown, isSecure: true });
  }
  const open = snapshotFields(
    { ...stateWith(WIFI, 1), portal: { ...portal, url: 'http://login.example/' } },
    CAPABILITIES,
    SETTINGS,
  );
  expect(open.portal?.isSecure).toBe(false);
});
