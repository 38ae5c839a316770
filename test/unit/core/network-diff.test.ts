import { describe, expect, it } from 'vitest';
import { areSamePaths, diffNetwork, isSamePath, pathText } from '../../../core/network-diff.js';
import type { NetworkState, Path } from '../../../core/network-types.js';
import { ETHERNET, stateWith, WIFI } from '../support/network-states.js';
import { CAPTIVE } from '../support/portals.js';

const next = (state: NetworkState, change: Partial<NetworkState>): NetworkState => ({
  ...state,
  seq: state.seq + 1,
  ...change,
});

describe('diffNetwork', () => {
  const state = stateWith(WIFI, 3);

  it('is null where nothing changed, or links, addresses and rules alone', () => {
    expect(diffNetwork(state, state)).toBeNull();
    expect(diffNetwork(state, next(state, {}))).toBeNull();
    expect(diffNetwork(state, next(state, { links: [], addresses: [], rules: [] }))).toBeNull();
  });

  it('is null where the default path is an equal one', () => {
    expect(diffNetwork(state, next(state, { defaultPaths: { 4: { ...WIFI }, 6: null } }))).toBeNull();
  });

  it('names the families whose path is another one', () => {
    const moved = next(state, { generation: 4, defaultPaths: { 4: ETHERNET, 6: ETHERNET } });
    expect(diffNetwork(state, moved)).toMatchObject({
      previous: state,
      next: moved,
      families: [4, 6],
      generationChanged: true,
      statusChanged: false,
      defaultPathLost: false,
    });
  });

  it('calls a path lost only if it was this family’s and changed', () => {
    const moved = next(state, { generation: 4, defaultPaths: { 4: ETHERNET, 6: null } });
    expect(diffNetwork(state, moved, [4])?.defaultPathLost).toBe(true);
    expect(diffNetwork(state, moved, [6])?.defaultPathLost).toBe(false);
    expect(diffNetwork(state, moved, [])?.defaultPathLost).toBe(false);
  });

  it('tells a status and a validation that changed, each by itself', () => {
    const limited = next(state, { status: 'limited' });
    expect(diffNetwork(state, limited)).toMatchObject({
      statusChanged: true,
      families: [],
      generationChanged: false,
    });
    const validated = next(state, { validated: true });
    expect(diffNetwork(state, validated)).toMatchObject({ statusChanged: true, summary: 'validated' });
    expect(diffNetwork(validated, state)?.summary).toBe('not validated');
  });

  it('tells a generation that grew although the paths are the same: they were others in between', () => {
    expect(diffNetwork(state, next(state, { generation: 5 }))).toMatchObject({
      generationChanged: true,
      families: [],
    });
  });

  it('tells a gateway that is not found any more, and one that is again, though the path is the same', () => {
    const deaf = next(state, { defaultPaths: { 4: { ...WIFI, gatewayReachable: false }, 6: null } });
    const same = { families: [], lostFamilies: [], generationChanged: false, reachabilityFamilies: [4] };
    expect(diffNetwork(state, deaf)).toMatchObject({
      ...same,
      summary: 'IPv4 default wlan0 via 192.0.2.1 -> wlan0 via 192.0.2.1 (unreachable)',
    });
    expect(diffNetwork(deaf, state)).toMatchObject({
      ...same,
      summary: 'IPv4 default wlan0 via 192.0.2.1 (unreachable) -> wlan0 via 192.0.2.1',
    });
    const moved = next(deaf, { generation: 4, defaultPaths: { 4: ETHERNET, 6: null } });
    expect(diffNetwork(deaf, moved)).toMatchObject({ families: [4], reachabilityFamilies: [] });
  });

  it('says it in words: the status first, then each family', () => {
    const offline = next(state, { generation: 4, status: 'offline', defaultPaths: { 4: null, 6: null } });
    expect(diffNetwork(state, offline)?.summary).toBe(
      `status online -> offline; IPv4 default ${pathText(WIFI)} -> none`,
    );
  });
});

describe('isSamePath', () => {
  const path: Path = {
    oif: 2,
    link: 'eth0',
    gateway: '192.0.2.254',
    source: '192.0.2.1',
    table: 254,
    gatewayReachable: true,
  };

  it('goes by link index, gateway and source; names and tables may change', () => {
    expect(isSamePath(path, { ...path, link: 'lan0', table: 100 })).toBe(true);
    expect(isSamePath(path, { ...path, oif: 3 })).toBe(false);
    expect(isSamePath(path, { ...path, gateway: null })).toBe(false);
    expect(isSamePath(path, { ...path, source: '192.0.2.9' })).toBe(false);
    expect(isSamePath(path, null)).toBe(false);
    expect(isSamePath(null, null)).toBe(true);
  });

  it('holds for pairs where it holds for both', () => {
    expect(areSamePaths({ 4: path, 6: null }, { 4: { ...path }, 6: null })).toBe(true);
    expect(areSamePaths({ 4: path, 6: null }, { 4: path, 6: path })).toBe(false);
  });
});

describe('pathText', () => {
  it('has the gateway where there is one', () => {
    expect(
      pathText({
        oif: 2,
        link: 'eth0',
        gateway: 'fe80::1',
        source: null,
        table: 254,
        gatewayReachable: true,
      }),
    ).toBe('eth0 via fe80::1');
    expect(
      pathText({ oif: 9, link: 'tun0', gateway: null, source: null, table: 254, gatewayReachable: true }),
    ).toBe('tun0');
    expect(pathText({ ...WIFI, gatewayReachable: false })).toBe('wlan0 via 192.0.2.1 (unreachable)');
    expect(pathText(null)).toBe('none');
  });
});

describe('what a portal detector found', () => {
  const state = stateWith(WIFI, 3);
  const found = next(state, { status: 'portal', families: { 4: 'portal', 6: 'offline' }, portal: CAPTIVE });

  it('is a change', () => {
    const change = diffNetwork(state, found);
    expect(change).toMatchObject({ statusChanged: true, portalChanged: true, generationChanged: false });
    expect(change?.summary).toBe('status online -> portal; portal portal.example');
  });

  it('is one also where it concerns one family, or the session alone', () => {
    const other = next(found, { families: { 4: 'portal', 6: 'limited' } });
    expect(diffNetwork(found, other)).toMatchObject({ statusChanged: true, portalChanged: false });
    const expiring = next(found, { portal: { ...CAPTIVE, isExpiring: true } });
    expect(diffNetwork(found, expiring)).toMatchObject({ statusChanged: false, portalChanged: true });
  });

  it('is none where it is the same again', () => {
    expect(diffNetwork(found, next(found, { portal: { ...CAPTIVE } }))).toBeNull();
    expect(diffNetwork(state, next(state, { families: { 4: 'online', 6: 'local' } }))).toBeNull();
  });
});
