import { expect, test } from '@playwright/test';
import type { RoamkitOptions } from '../../main/electron/index.js';
import { openNetwork, type PortalBehaviour, PortalServer, redirectTo } from '../../testing/index.js';
import { Lab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { logOf, PlainApplication } from './support/plain-application.js';

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
