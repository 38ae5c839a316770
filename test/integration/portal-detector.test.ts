import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DetectorStatus, PortalDetectorOptions, PortalDetectorState } from '../../main/index.js';
import {
  captiveApi,
  openNetwork,
  type PortalBehaviour,
  redirectTo,
  signInPage,
} from '../../testing/index.js';
import { CLI } from '../fixtures/cli.js';
import { PROBE, PUBLIC_NAMES } from '../fixtures/portal-cases.js';
import { API, NAME_SERVER, PortalLab } from '../fixtures/portal-lab.js';
import type { WorldRule } from '../fixtures/portal-world.js';
import { AdvertisementSender, option } from '../fixtures/router.js';
import { allDefaultsRemoved, bestDefaultRemoved, waitFor } from '../lab/index.js';

// What a detector does as the network changes under it: with real routes, servers and router advertisements.

const SIGN_IN = 'http://portal.test/in';
const PORTAL_PAGE = 'https://portal.test/in';
const CAPTIVE_PORTAL = 37;
/** Nobody looks by himself before a test is over, unless it says so. */
const NEVER = { firstMs: 600_000, longestMs: 600_000, signInMs: 600_000 };
const OFTEN = { firstMs: 60, longestMs: 120, signInMs: 60 };

let lab: PortalLab;
let sender: AdvertisementSender;
beforeAll(() => {
  sender = new AdvertisementSender();
});
afterAll(() => sender[Symbol.dispose]());
beforeEach(async () => {
  lab = await PortalLab.create();
});
afterEach(() => lab[Symbol.asyncDispose]());

type Families = PortalDetectorState['families'];
type Options = Parameters<PortalLab['detector']['look']>[0];

async function joined(
  network: PortalBehaviour | readonly WorldRule[],
  options: Options & Pick<PortalDetectorOptions, 'recheck'> = {},
  networkd?: string,
): Promise<void> {
  await lab.world.behave(network, PUBLIC_NAMES);
  const endpoints = [{ url: PROBE }];
  await lab.detector.look({ endpoints, recheck: NEVER, ...options }, NAME_SERVER, networkd);
}

const until = (status: DetectorStatus) => lab.detector.next('state', ({ state }) => state.status === status);

/** Every status that it ever had, those of one family too. */
function statuses(): readonly DetectorStatus[] {
  return lab.detector
    .reports('state')
    .flatMap(({ state }) => [state.status, state.families[4], state.families[6]]);
}

const probes = async (): Promise<number> =>
  (await lab.world.requests()).filter(({ path }) => path !== '/api').length;

describe('rechecks', () => {
  it('find a portal that ends, and stop then', async () => {
    await joined(redirectTo(SIGN_IN), { recheck: OFTEN });
    await until('portal');
    await lab.world.behave(openNetwork, PUBLIC_NAMES);
    await until('online');
    await lab.detector.next('looked');
    const asked = await probes();
    // A failed look would come again after 60 ms; a marker beyond several of those.
    await lab.detector.tell({ do: 'detect' });
    await lab.detector.next('detected');
    expect(await probes()).toBe(asked + 2);
  });

  it('find a portal where nothing had answered', async () => {
    await joined({ kind: 'reset' }, { recheck: OFTEN });
    await until('limited');
    await lab.world.behave(signInPage(), PUBLIC_NAMES);
    expect((await until('portal')).state.portal).toMatchObject({ foundBy: 'page' });
  });

  it('come at once while somebody signs in', async () => {
    await joined(redirectTo(SIGN_IN), { recheck: { ...NEVER, signInMs: 60 } });
    await lab.detector.next('looked');
    await lab.world.behave(openNetwork, PUBLIC_NAMES);
    await lab.detector.tell({ do: 'sign-in' });
    await until('online');
  });
});

describe('a portal that appears later', () => {
  it('is found by the look that a gateway change starts, on the bus too', async () => {
    await joined(openNetwork);
    await lab.detector.next('looked');
    await lab.world.behave(redirectTo(SIGN_IN), PUBLIC_NAMES);
    // A route with a gateway, though the default path stays: {"trigger":"cpdcheck","src":"gw-change"}.
    await lab.net.client.ip('route add 10.99.0.0/16 via 198.51.100.254');
    await until('portal');
    const { message } = await lab.detector.next(
      'message',
      ({ message: { ...told } }) => 'result' in told && told.result === 'Captive',
    );
    expect(message).toEqual({ type: 'cpd', result: 'Captive' });
  });

  it('is found when somebody asks', async () => {
    await joined(openNetwork);
    await lab.detector.next('looked');
    await lab.world.behave(redirectTo(SIGN_IN), PUBLIC_NAMES);
    await lab.detector.tell({ do: 'detect' });
    expect((await lab.detector.next('detected')).state).toMatchObject({ status: 'portal' });
  });
});

describe('the outcome on the bus', () => {
  it.each([
    ['OK', openNetwork],
    ['Captive', redirectTo(SIGN_IN)],
    ['No internet', { kind: 'reset' }],
  ] as const)('is %s, in the words of libwebsockets', async (result, network) => {
    await joined(network);
    expect((await lab.detector.next('message')).message).toEqual({ type: 'cpd', result });
  });
});

describe('a network switch in mid-probe', () => {
  const { ethernet, wifi } = {
    ethernet: ['198.51.100.1', '2001:db8:2::1'],
    wifi: ['192.0.2.1', '2001:db8:1::1'],
  };
  const from = (addresses: readonly string[], behaviour: PortalBehaviour): WorldRule[] =>
    addresses.map((address) => ({ from: address, behaviour }));

  it.each([300, 1000, 2000])(
    'never shows the answer of the network that was left (%i ms late)',
    async (delayMs) => {
      await joined([
        ...from(ethernet, { ...openNetwork, delayMs } as PortalBehaviour),
        ...from(wifi, redirectTo(SIGN_IN)),
      ]);
      await waitFor(async () => (await probes()) >= 2, { what: 'the probes over Ethernet' });
      await bestDefaultRemoved(lab.net.client);
      const isBehindIt = ({ 4: v4, 6: v6 }: Families): boolean => v4 === 'portal' && v6 === 'portal';
      const { state } = await lab.detector.next('state', (report) => isBehindIt(report.state.families));
      await lab.detector.next('looked', (report) => isBehindIt(report.state.families));
      // On a slow machine the answer came before the switch, and was right then; IPv4 and IPv6 switch one after the other.
      const since = lab.detector
        .reports('state')
        .filter((report) => report.state.generation === state.generation)
        .flatMap((report) => [report.state.status, ...Object.values(report.state.families)]);
      expect(since).toContain('portal');
      expect(since).not.toContain('online');
    },
  );

  it('forgets a portal in the moment in which its network is left', async () => {
    await joined([...from(ethernet, redirectTo(SIGN_IN)), ...from(wifi, { kind: 'silence' })]);
    await until('portal');
    await lab.detector.next('looked');
    await bestDefaultRemoved(lab.net.client);
    const { network } = await until('probing');
    expect(network).toMatchObject({ status: 'unknown', validated: false, portal: null });
  });

  it('is offline without a default route, and looks again with the next one', async () => {
    await joined(openNetwork);
    await until('online');
    const undo = await allDefaultsRemoved(lab.net.client);
    const { network } = await until('offline');
    expect(network).toMatchObject({ status: 'local', validated: false });
    await undo();
    await until('online');
  });
});

describe('a captive-portal API', () => {
  const withApi = (api: PortalBehaviour, probe: PortalBehaviour = openNetwork): WorldRule[] => [
    { path: '/api', behaviour: api },
    { behaviour: probe },
  ];
  const captive = captiveApi({
    captive: true,
    'user-portal-url': PORTAL_PAGE,
    'venue-info-url': 'https://venue.test/',
  });

  async function announce(uri: string): Promise<void> {
    const { b } = lab.net.ethernet;
    const { addr_info: addresses } = await b.state();
    const router =
      addresses.find(({ scope, local }) => scope === 'link' && local?.includes('ff:fe'))?.local ?? '';
    await sender.send(b, router, option(CAPTIVE_PORTAL, uri));
  }

  it('that a router advertises tells of a portal that lets probes through', async () => {
    await joined(withApi(captive));
    await until('online');
    await announce(API);
    const { state, network } = await until('portal');
    expect(network.status).toBe('portal');
    expect(state.portal).toMatchObject({
      isCaptive: true,
      foundBy: 'router-advertisement',
      family: null,
      url: PORTAL_PAGE,
      host: 'portal.test',
      venueInfoUrl: 'https://venue.test/',
    });
    expect((await lab.detector.next('portal')).portal.host).toBe('portal.test');
  });

  it('that systemd-networkd has by DHCP does too, at once and as it learns of it', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'roamkit-networkd-'));
    try {
      const ifindex = await lab.net.ethernet.a.ifindex();
      const file = path.join(directory, String(ifindex));
      writeFileSync(file, 'OPER_STATE=routable\n');
      await joined(withApi(captive), {}, directory);
      await until('online');
      writeFileSync(file, `OPER_STATE=routable\nCAPTIVE_PORTAL=${API}\n`);
      const foundBy = async () => (await until('portal')).state.portal?.foundBy;
      expect(await foundBy()).toBe('dhcp');
      await joined(withApi(captive), {}, directory);
      expect(await foundBy()).toBe('dhcp');
      // What a router is heard to say as well may have come to networkd by the router.
      await announce(API);
      await lab.detector.next('state', ({ state }) => state.portal?.foundBy === 'router-advertisement');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is waited for before a network is called online', async () => {
    await joined(withApi({ ...captive, delayMs: 300 } as PortalBehaviour), { apiUrl: API });
    await until('portal');
    expect(statuses()).not.toContain('online');
  });

  it('names the page to open where a probe met the portal', async () => {
    await joined(withApi(captive, redirectTo(SIGN_IN)), { apiUrl: API });
    await lab.detector.next('looked');
    const last = lab.detector.reports('state').at(-1);
    expect(last?.state.portal).toMatchObject({ url: PORTAL_PAGE });
  });

  it.each<[string, PortalBehaviour]>([
    [
      'no JSON',
      { kind: 'answer', status: 200, headers: { 'content-type': 'application/captive+json' }, body: '{' },
    ],
    [
      'another media type',
      {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '{"captive":true}',
      },
    ],
    [
      'another status',
      {
        kind: 'answer',
        status: 404,
        headers: { 'content-type': 'application/captive+json' },
        body: '{"captive":true}',
      },
    ],
    ['a redirect', redirectTo(API)],
    ['a flood', { kind: 'flood' }],
    ['a reset', { kind: 'reset' }],
  ])('that answers with %s says nothing', async (_what, api) => {
    await joined(withApi(api), { apiUrl: API });
    await lab.detector.next('looked');
    expect(statuses()).not.toContain('portal');
    expect(statuses().at(-1)).toBe('online');
  });

  it.each([
    ['over plain HTTP', 'http://203.0.113.1:8080/api'],
    ['with a certificate for another name', 'https://[2001:db8:3::1]:8443/api'],
    ['that says there is no portal', 'urn:ietf:params:capport:unrestricted'],
  ])('%s is not believed', async (_what, uri) => {
    await joined(withApi(captive));
    await lab.detector.next('looked');
    await announce(uri);
    // The announcement itself starts a look.
    await lab.detector.next('looked');
    expect(statuses()).not.toContain('portal');
  });

  it('tells when the session ends, and the detector says so before, and looks after', async () => {
    const session = captiveApi({
      captive: false,
      'user-portal-url': PORTAL_PAGE,
      'seconds-remaining': 2,
      'can-extend-session': true,
    });
    await joined(withApi(session), { apiUrl: API });
    const { state } = await until('online');
    expect(state.portal).toMatchObject({ isCaptive: false, canExtendSession: true, isExpiring: false });
    expect((await lab.detector.next('expiring')).portal).toMatchObject({
      isExpiring: true,
      isCaptive: false,
    });
    await lab.world.behave(withApi(captive, redirectTo(SIGN_IN)), PUBLIC_NAMES);
    await until('portal');
  });
});

describe('roamkit portal', () => {
  async function portal(url: string) {
    const { stdout, code } = await lab.net.client.exec(
      process.execPath,
      [CLI, 'portal', '--json', '--url', url],
      {
        allowFailure: true,
      },
    );
    return { code, report: JSON.parse(stdout) };
  }
  const V4 = 'http://203.0.113.1:8080/';

  it('prints where to sign in, and answers no', async () => {
    await lab.world.behave(redirectTo(SIGN_IN));
    const { code, report } = await portal(V4);
    expect(code).toBe(1);
    expect(Object.keys(report)).toEqual(['state', 'url', 'families', 'attempts', 'portal']);
    expect(report).toMatchObject({ state: 'portal', url: SIGN_IN, families: { 4: 'portal', 6: 'unknown' } });
    expect(report.attempts).toEqual([
      expect.objectContaining({ family: 4, url: V4, outcome: 'portal', status: 302 }),
    ]);
  });

  it('says what told of the portal', async () => {
    await lab.world.behave(redirectTo(SIGN_IN));
    const { stdout } = await lab.net.client.exec(process.execPath, [CLI, 'portal', '--url', V4], {
      allowFailure: true,
    });
    expect(stdout).toContain(`told by a redirect\nsign in at ${SIGN_IN}`);
  });

  it('answers yes where the way is open', async () => {
    await lab.world.behave(openNetwork);
    expect(await portal(V4)).toMatchObject({ code: 0, report: { state: 'online', url: null } });
  });

  it('is limited where nothing answers, and offline without a default route', async () => {
    await lab.world.behave({ kind: 'reset' });
    expect(await portal(V4)).toMatchObject({ code: 1, report: { state: 'limited' } });
    await allDefaultsRemoved(lab.net.client);
    expect(await portal(V4)).toMatchObject({ code: 1, report: { state: 'offline', attempts: [] } });
  });
});
