import { describe, expect, it } from 'vitest';
import {
  carriedOver,
  type FamilyFinding,
  findingStatus,
  overallFinding,
  type PortalFindings,
} from '../../../core/portal-findings.js';
import { ETHERNET, WIFI } from '../support/network-states.js';
import { CAPTIVE } from '../support/portals.js';

const found = (v4: FamilyFinding, v6: FamilyFinding): PortalFindings => ({ 4: v4, 6: v6, portal: CAPTIVE });

describe('both families together', () => {
  it.each<[FamilyFinding, FamilyFinding, FamilyFinding]>([
    ['online', 'portal', 'online'],
    ['portal', 'pending', 'portal'],
    ['pending', 'limited', 'pending'],
    ['limited', 'untested', 'limited'],
    ['limited', 'absent', 'limited'],
    ['untested', 'absent', 'limited'],
    ['untested', 'untested', 'limited'],
    ['absent', 'absent', 'absent'],
  ])('%s and %s are %s', (one, other, both) => {
    expect(overallFinding(found(one, other))).toBe(both);
    expect(overallFinding(found(other, one))).toBe(both);
  });
});

describe('when a path becomes another one', () => {
  it('forgets what was found on it, and its portal', () => {
    const next = carriedOver(found('portal', 'online'), { 4: WIFI, 6: WIFI }, { 4: ETHERNET, 6: WIFI });
    expect(next).toEqual({ 4: 'pending', 6: 'online', portal: null });
  });

  it('keeps the portal of the family whose path stays', () => {
    const next = carriedOver(found('portal', 'online'), { 4: WIFI, 6: WIFI }, { 4: WIFI, 6: null });
    expect(next).toEqual({ 4: 'portal', 6: 'absent', portal: CAPTIVE });
  });

  it('keeps what an API told as long as one path stays', () => {
    const told = { ...found('portal', 'portal'), portal: { ...CAPTIVE, family: null } };
    const paths = { 4: WIFI, 6: WIFI };
    expect(carriedOver(told, paths, { 4: WIFI, 6: ETHERNET }).portal).toBe(told.portal);
    expect(carriedOver(told, paths, { 4: ETHERNET, 6: ETHERNET }).portal).toBeNull();
    expect(carriedOver(told, { 4: WIFI, 6: null }, { 4: null, 6: null }).portal).toBeNull();
  });

  it('keeps all, as it is, where no path changed', () => {
    const findings = found('portal', 'online');
    expect(carriedOver(findings, { 4: WIFI, 6: null }, { 4: { ...WIFI }, 6: null })).toBe(findings);
  });
});

it('gives a network without a way to the internet the status that routing has', () => {
  expect(findingStatus('online', 'local')).toBe('local');
  expect(findingStatus('pending', 'online')).toBe('unknown');
  expect(findingStatus('untested', 'online')).toBe('unknown');
  expect(findingStatus('limited', 'online')).toBe('limited');
});
