import { expect, test } from '@playwright/test';
import { Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { ChromiumApplication } from './support/chromium-application.js';
import { eventually } from './support/eventually.js';

test('connections of the page are in the registry, with owner chromium, as the kernel lists them', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await ChromiumApplication.launch(net);
  await app.openAll();
  const { electron } = app.application;
  const { known, pid, capabilities } = await electron.evaluate(async () => {
    await mainSide.roamkit.chromium.inventory();
    const connections = mainSide.roamkit.registry.connections();
    return {
      known: connections.map(({ owner, flow }) => `${owner} ${flow?.local?.port}`).toSorted(),
      pid: mainSide.networkServicePid(),
      capabilities: mainSide.roamkit.capabilities,
    };
  });
  const { stdout } = await net.client.exec('ss', ['-tnpH']);
  const listed = stdout
    .split('\n')
    .filter((line) => line.includes(`pid=${pid},`))
    .map((line) => `chromium ${/\S+:(\d+)\s/.exec(line)?.[1]}`)
    .toSorted();
  expect(known).toEqual(listed);
  expect(known.length).toBeGreaterThanOrEqual(6);
  expect(capabilities).toMatchObject({ chromium: 'precise', missing: [] });
});

test('a network service that is killed comes back, and its connections are looked after again', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await ChromiumApplication.launch(net);
  const { electron } = app.application;
  await app.page.evaluate(() => plainPage.openSocket('far'));
  const killed = await electron.evaluate(() => {
    const pid = mainSide.networkServicePid() ?? 0;
    process.kill(pid, 'SIGKILL');
    return pid;
  });
  await eventually(() => app.log()).toContain('far socket closed 1006');
  await eventually(() => electron.evaluate(() => mainSide.networkServicePid() ?? 0)).not.toBe(0);
  expect(await electron.evaluate(() => mainSide.networkServicePid())).not.toBe(killed);
  await app.page.evaluate(() => plainPage.openSocket('far'));
  expect(await app.page.evaluate(() => plainPage.echo('far'))).toBe('hello');
  await linkDown(net.ethernet.a);
  await eventually(async () =>
    (await app.log()).filter((each) => each === 'far socket closed 1006'),
  ).toHaveLength(2);
});

for (const [call, errno, why] of [
  ['pidfd_getfd', 'ENOSYS', /needs Linux 5\.6/],
  ['pidfd_getfd', 'EPERM', /ptrace_scope/],
] as const) {
  test(`where ${call} fails with ${errno} it says so, and harms nothing`, async () => {
    await using net = await twoLinkLab({ client: await Lab.here() });
    await using app = await ChromiumApplication.launch(net, { deny: [call, errno] });
    await app.openAll();
    const { chromium, missing } = await app.application.electron.evaluate(async () => {
      await mainSide.roamkit.chromium.inventory();
      return mainSide.roamkit.capabilities;
    });
    expect({ chromium, missing }).toEqual({ chromium: 'coarse', missing: [expect.stringMatching(why)] });
    await linkDown(net.ethernet.a);
    expect(await app.page.evaluate(() => plainPage.echo('near'))).toBe('hello');
    const owners = await app.application.electron.evaluate(() => mainSide.log.map(({ owner }) => owner));
    expect(owners).toEqual([]);
  });
}
