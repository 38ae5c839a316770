import { describe, expect, it } from 'vitest';
import type { PortalFindings } from '../../../../core/portal-findings.js';
import type { CapportStatus } from '../../../../main/portal/capport-api.js';
import {
  type ApiAnswer,
  composeFindings,
  type RoundProgress,
} from '../../../../main/portal/compose-findings.js';
import type { FamilyProbe } from '../../../../main/portal/probe-family.js';

const NEW: PortalFindings = { 4: 'pending', 6: 'pending', portal: null };
const ONLINE: FamilyProbe = { finding: 'online', evidence: null, retryAfterMs: null };
const LIMITED: FamilyProbe = { finding: 'limited', evidence: null, retryAfterMs: null };
const PORTAL: FamilyProbe = {
  finding: 'portal',
  evidence: { foundBy: 'redirect', url: 'http://portal.example/in' },
  retryAfterMs: null,
};

const compose = (progress: Partial<RoundProgress>): PortalFindings =>
  composeFindings({
    generation: 7,
    known: NEW,
    probes: { 4: null, 6: null },
    api: null,
    isPatienceOver: false,
    fallbackUrl: 'http://probe.example/',
    ...progress,
  });

const told = (status: Partial<CapportStatus>): ApiAnswer => ({
  status: {
    isCaptive: false,
    userPortalUrl: 'https://portal.example/',
    venueInfoUrl: null,
    canExtendSession: null,
    secondsRemaining: null,
    bytesRemaining: null,
    ...status,
  },
  foundBy: 'router-advertisement',
  families: [4, 6],
  answeredAt: 1_000_000,
});

describe('a portal before one family', () => {
  it('waits a moment for the other family', () => {
    expect(compose({ probes: { 4: PORTAL, 6: null } })[4]).toBe('pending');
    expect(compose({ probes: { 4: PORTAL, 6: null }, isPatienceOver: true })[4]).toBe('portal');
    expect(compose({ probes: { 4: PORTAL, 6: LIMITED } })[4]).toBe('portal');
  });

  it('waits for nobody where the other family has no path, or is known', () => {
    expect(compose({ known: { ...NEW, 6: 'absent' }, probes: { 4: PORTAL, 6: null } })[4]).toBe('portal');
    expect(compose({ known: { ...NEW, 6: 'online' }, probes: { 4: PORTAL, 6: null } })[4]).toBe('portal');
  });
});

describe('a captive-portal API', () => {
  it('may know better than probes that are let through', () => {
    const findings = compose({ probes: { 4: ONLINE, 6: ONLINE }, api: told({ isCaptive: true }) });
    expect(findings).toMatchObject({ 4: 'portal', 6: 'portal' });
    expect(findings.portal).toMatchObject({
      isCaptive: true,
      foundBy: 'router-advertisement',
      family: null,
      url: 'https://portal.example/',
    });
  });

  it('is waited for before anything is called online, on its own link only', () => {
    const probes = { 4: ONLINE, 6: ONLINE };
    expect(compose({ probes, api: { pending: [6] } })).toMatchObject({ 4: 'online', 6: 'pending' });
  });

  it('does not overrule a probe that met the portal, and names the page to open', () => {
    const findings = compose({ probes: { 4: PORTAL, 6: PORTAL }, api: told({ isCaptive: false }) });
    expect(findings).toMatchObject({ 4: 'portal', 6: 'portal' });
    expect(findings.portal).toMatchObject({ foundBy: 'redirect', family: 4, url: 'https://portal.example/' });
  });

  it('leaves it to the probe where it names no page', () => {
    const api = told({ isCaptive: true, userPortalUrl: null });
    expect(compose({ probes: { 4: PORTAL, 6: null }, api }).portal?.url).toBe('http://portal.example/in');
    expect(compose({ api }).portal?.url).toBe('http://probe.example/');
  });

  it('tells of the session of those who are signed in', () => {
    const probes = { 4: ONLINE, 6: ONLINE };
    const api = told({ secondsRemaining: 60, bytesRemaining: 5, canExtendSession: true });
    const { portal } = compose({ probes, api });
    expect(portal).toMatchObject({
      isCaptive: false,
      sessionEndsAt: 1_060_000,
      bytesRemaining: 5,
      canExtendSession: true,
    });
    // The same end, told again a little later, is the same.
    const known: PortalFindings = { 4: 'online', 6: 'online', portal };
    const again = { ...api, answeredAt: api.answeredAt + 999 };
    expect(compose({ known, probes, api: again }).portal).toBe(portal);
    // One that does not answer this time has not ended the session.
    expect(compose({ known, probes, api: null }).portal).toBe(portal);
  });

  it('is not worth a word where nothing holds the network back and there is no session', () => {
    expect(compose({ probes: { 4: ONLINE, 6: ONLINE }, api: told({}) }).portal).toBeNull();
  });
});

it('keeps what was known until something newer comes', () => {
  const known = compose({ probes: { 4: PORTAL, 6: PORTAL } });
  expect(compose({ known })).toEqual(known);
  expect(compose({ known, probes: { 4: ONLINE, 6: null } })).toMatchObject({ 4: 'online', 6: 'portal' });
  expect(compose({ known, probes: { 4: ONLINE, 6: ONLINE } }).portal).toBeNull();
});
