import { expect, test } from '@playwright/test';
import type { RoamkitOptions } from '../../main/electron/index.js';
import { openNetwork, type PortalBehaviour, PortalServer, redirectTo } from '../../testing/index.js';
import { Lab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { logOf, PlainApplication } from './support/plain-application.js';
import { RoamingApplication } from './support/roaming-application.js';

// The probe's server is in the test's own process, which shares the application's network.

/** Probes that do not come by themselves again before the test is over. */
const lookingAt = ({ url }: PortalServer): RoamkitOptions => ({
  portal: { endpoints: [{ url }], recheck: { firstMs: 600_000, longestMs: 600_000 } },
});

const SIGN_IN = 'http://login.example/in?mac=02-00-00-00-00-01&ip=192.0.2.1';

async function joined(behaviour: PortalBehaviour, options: RoamkitOptions = {}) {
  const net = await twoLinkLab({ client: await Lab.here() });
  const server = await PortalServer.start({ behaviour });
  const app = await PlainApplication.launch({ options: { ...lookingAt(server), ...options } });
  return {
    server,
    page: await app.page(),
    [Symbol.asyncDispose]: async () => {
      await app[Symbol.asyncDispose]();
      await server.close();
      await net.close();
    },
  };
}

test('a page is told of a portal by its host, and that the way is open once it is', async () => {
  await using lab = await joined(redirectTo(SIGN_IN));
  const { page, server } = lab;
  const snapshot = () => page.evaluate(() => pageSide.roamkit.getSnapshot());
  await eventually(snapshot).toMatchObject({
    status: 'portal',
    validated: true,
    portal: { isCaptive: true, host: 'login.example', isSecure: false, foundBy: 'redirect' },
  });
  // Neither the device's addresses nor anything else of the portal's URL.
  expect(JSON.stringify(await snapshot())).not.toContain('02-00');
  server.behaviour = openNetwork;
  expect(await page.evaluate(() => pageSide.roamkit.recheckPortal())).toBe('online');
  await eventually(snapshot).toMatchObject({ status: 'online', validated: true, portal: null });
});

test('where nothing answers, the network is limited, and nobody is told to wait', async () => {
  await using lab = await joined({ kind: 'reset' }, { reconnectWhen: 'online' });
  const snapshot = () => lab.page.evaluate(() => pageSide.roamkit.getSnapshot());
  await eventually(snapshot).toMatchObject({ status: 'limited', validated: false });
  const waits = (await logOf(lab.page)).filter((entry) => JSON.stringify(entry).includes('"wait"'));
  expect(waits).toEqual([]);
});

test('signals wait for the user to have signed in, where the application asks for it', async () => {
  await using lab = await joined(redirectTo(SIGN_IN), { reconnectWhen: 'online' });
  const { page, server } = lab;
  await eventually(() => page.evaluate(() => pageSide.roamkit.getSnapshot())).toMatchObject({
    status: 'portal',
  });
  const before = (await logOf(page)).length;
  server.behaviour = openNetwork;
  await page.evaluate(() => pageSide.roamkit.recheckPortal());
  await eventually(async () => JSON.stringify((await logOf(page)).slice(before))).toContain(
    '"path-appeared"',
  );
});

test("a page's socket waits with them: it tries nothing behind a portal, connects once signed in, and stays", async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using server = await PortalServer.start({ behaviour: redirectTo(SIGN_IN) });
  await using app = await RoamingApplication.start(net, 'v4', {
    ...lookingAt(server),
    reconnectWhen: 'online',
  });
  const { page } = app;
  const recheck = () => page.evaluate(() => pageSide.roamkit.recheckPortal());
  const attempts = async () => (await page.evaluate(() => pageSide.counts())).tokens;
  expect(await recheck()).toBe('portal');
  await eventually(() => page.evaluate(() => pageSide.roamkit.getSnapshot().status)).toBe('portal');
  expect(await attempts()).toBe(0);

  server.behaviour = openNetwork;
  expect(await recheck()).toBe('online');
  const story = ['open', net.addresses.ethernet.v4];
  await eventually(() => app.story()).toEqual(story);
  expect(await attempts()).toBe(1);

  // A session that ends holds back what is new; the connection works, and is nobody's to close.
  server.behaviour = redirectTo(SIGN_IN);
  expect(await recheck()).toBe('portal');
  await page.evaluate(() => pageSide.socket.send('number 1'));
  await eventually(() => page.evaluate(() => pageSide.received)).toEqual(['number 1']);
  expect(await app.story()).toEqual(story);
});
