import { expect, test } from '@playwright/test';
import { fiveLosses, Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { ChromiumApplication } from './support/chromium-application.js';
import { eventually } from './support/eventually.js';

// A page without any code of ours, over the better of two links. Electron alone leaves it hanging for minutes; what is closed here
// is closed by one line in the main process.

for (const { what, reason, isTotal, lose } of Object.values(fiveLosses)) {
  test(`WebSocket, fetch and EventSource of a plain page are freed when ${what}; others work on`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await ChromiumApplication.launch(net);
    const { page } = app;
    await app.openAll();
    // The address that its answers come to, over Ethernet.
    expect(await page.evaluate(() => plainPage.whoAmI())).toBe(net.addresses.ethernet.v4);
    const undo = await lose(net);
    await eventually(() => app.log()).toEqual(
      expect.arrayContaining(['far socket closed 1006', 'far /stream failed', 'events lost']),
    );
    if (isTotal) {
      await eventually(() => app.log()).toContain('far /slow?ms=600000 failed');
      await undo();
    } else {
      // The next request finds no dead connection in the pool, and the request without an answer was put again.
      expect(await page.evaluate(() => plainPage.whoAmI())).toBe(net.addresses.wifi.v4);
      await eventually(async () => (await app.log()).filter((each) => each === 'events open')).toHaveLength(
        2,
      );
    }
    expect(await page.evaluate(() => plainPage.echo('near'))).toBe('hello');
    expect((await app.log()).filter((each) => each.startsWith('near'))).toEqual([]);
    const reasons = await app.application.electron.evaluate(() =>
      mainSide.log
        .filter(({ event }) => event === 'invalidated')
        .map(({ owner, reason: why }) => `${owner} ${why}`),
    );
    expect(reasons.length).toBeGreaterThanOrEqual(4);
    for (const each of reasons) expect(each).toMatch(/^chromium /);
    expect(reasons.join()).toMatch(new RegExp(reason));
  });
}

test('without it, nothing of the page hears of the loss', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await ChromiumApplication.launch(net, { isGuarded: false });
  await app.openAll();
  await linkDown(net.ethernet.a);
  // As long as the others take ten times over.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect((await app.log()).filter((each) => each.startsWith('far') || each === 'events lost')).toEqual([]);
});

test('a body without a length is not taken for whole when its connection is ended', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await ChromiumApplication.launch(net);
  await app.page.evaluate(() => plainPage.openStream('/unbounded'));
  await linkDown(net.ethernet.a);
  await eventually(() => app.log()).toEqual(['far /unbounded failed']);
});
