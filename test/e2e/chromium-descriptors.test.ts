import { readdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { ChromiumApplication } from './support/chromium-application.js';
import { eventually } from './support/eventually.js';

// `npm run test:chromium` has 10,000 of them.
const HEALINGS = Number(process.env['ROAMKIT_TEST_HEALINGS'] ?? 50);
// Chromium has 255 WebSockets at most, and shakes hands for one at a time.
const HEALINGS_A_ROUND = 50;
// Both processes open and close some of their own.
const SLACK = HEALINGS_A_ROUND / 4;

test('neither the main process nor the network service has more descriptors after connections were ended', async () => {
  test.setTimeout(60_000 + 120 * HEALINGS);
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await ChromiumApplication.launch(net);
  const { electron } = app.application;
  const pids = await electron.evaluate(() => [process.pid, mainSide.networkServicePid() ?? 0]);
  const descriptors = (): number[] => pids.map((pid) => readdirSync(`/proc/${pid}/fd`).length);
  let ended = 0;
  const round = async (): Promise<void> => {
    await app.page.evaluate(
      (count) => Promise.all(Array.from({ length: count }, () => plainPage.openSocket('far'))),
      HEALINGS_A_ROUND,
    );
    ended += HEALINGS_A_ROUND;
    const undo = await linkDown(net.ethernet.a);
    await eventually(() => app.page.evaluate(() => plainPage.log.length)).toBe(ended);
    await undo();
  };
  await round();
  const before = descriptors();
  for (let healed = 0; healed < HEALINGS; healed += HEALINGS_A_ROUND) await round();
  await eventually(() => descriptors().every((count, index) => count <= (before[index] ?? 0) + SLACK)).toBe(
    true,
  );
  expect(new Set(await app.log())).toEqual(new Set(['far socket closed 1006']));
});
