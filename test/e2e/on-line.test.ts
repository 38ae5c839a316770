import { expect, type Frame, type Page, test } from '@playwright/test';
import {
  allDefaultsRemoved,
  fiveLosses,
  Lab,
  partialLosses,
  type TwoLinkLab,
  twoLinkLab,
} from '../lab/index.js';
import { Application } from './support/application.js';
import { eventually } from './support/eventually.js';

let net: TwoLinkLab;

test.beforeEach(async () => {
  net = await twoLinkLab({ client: await Lab.here() });
});

test.afterEach(() => net.close());

function launch(): Promise<Application> {
  return Application.launch('on-line', 'main.cjs');
}

async function openWindow(
  { electron }: Application,
  partition: string,
  webPreferences: object = {},
): Promise<Page> {
  const [page] = await Promise.all([
    electron.waitForEvent('window'),
    electron.evaluate((_electron, window) => mainSide.openPage(window.partition, window.webPreferences), {
      partition,
      webPreferences,
    }),
  ]);
  return page;
}

/** What a page found in its first line, and heard since. */
function heard(page: Page | Frame): Promise<unknown[]> {
  return page.evaluate(() => Reflect.get(window, 'onLineHeard') as unknown[]);
}

/** The only way out left is Ethernet's, over IPv4; Wi-Fi stays up, as a virtual machine's or Docker's link does. */
async function leaveWifi(): Promise<void> {
  const { wifiGateway, ethernetGateway } = net.addresses;
  await net.client.ip([
    ...[wifiGateway.v4, wifiGateway.v6].map((gateway) => `route del default via ${gateway} dev wlan0`),
    `route del default via ${ethernetGateway.v6} dev eth0`,
  ]);
}

test('a page that only listens to online and offline hears of five losses, which Chromium alone does not tell', async () => {
  await using app = await launch();
  const page = await app.page();
  const plain = await openWindow(app, 'plain');
  await leaveWifi();
  const expected: unknown[] = [true];
  for (const { what, lose } of Object.values(fiveLosses)) {
    const undo = await lose(net);
    expected.push('offline false');
    await eventually(() => heard(page), what).toEqual(expected);
    await undo();
    expected.push('online true');
    await eventually(() => heard(page), `${what}, and back`).toEqual(expected);
  }
  expect(await heard(plain)).toEqual([true]);
});

test('a page hears nothing of a loss while another link leads on', async () => {
  await using app = await launch();
  const page = await app.page();
  await app.electron.evaluate(() => {
    const statuses: string[] = [];
    Reflect.set(globalThis, 'statuses', statuses);
    mainSide.roamkit.monitor.on('change', ({ next }) => statuses.push(next.status));
  });
  const statuses = () => app.electron.evaluate(() => Reflect.get(globalThis, 'statuses') as string[]);
  for (const { what, lose } of Object.values(partialLosses)) {
    const before = (await statuses()).length;
    const undo = await lose(net);
    await eventually(async () => (await statuses()).length, what).toBeGreaterThan(before);
    await undo();
  }
  expect(new Set(await statuses())).toEqual(new Set(['online']));
  const undo = await allDefaultsRemoved(net.client);
  await eventually(() => heard(page)).toEqual([true, 'offline false']);
  await undo();
});

test('a page that is loaded without a network knows it in its first line, in frames with preload scripts too', async () => {
  await using app = await launch();
  const first = await app.page();
  const undo = await allDefaultsRemoved(net.client);
  await eventually(() => heard(first)).toEqual([true, 'offline false']);
  const page = await openWindow(app, 'later', { nodeIntegrationInSubFrames: true });
  await eventually(() => page.frames().length).toBe(2);
  for (const frame of page.frames()) await eventually(() => heard(frame)).toEqual([false]);
  await undo();
  for (const frame of page.frames()) await eventually(() => heard(frame)).toEqual([false, 'online true']);
});

test('the getter looks as it did', async () => {
  await using app = await launch();
  const look = () => {
    const descriptor = Object.getOwnPropertyDescriptor(Navigator.prototype, 'onLine');
    const { get, set, enumerable, configurable } = descriptor ?? {};
    let error = '';
    try {
      get?.call({});
    } catch (thrown) {
      error = String(thrown);
    }
    const isNative = /^function.*\{ \[native code\] \}$/.test(Function.prototype.toString.call(get));
    const own = Object.getOwnPropertyNames(navigator);
    return { name: get?.name, length: get?.length, isNative, set, enumerable, configurable, error, own };
  };
  const [overridden, native] = [await app.page(), await openWindow(app, 'plain')];
  expect(await overridden.evaluate(look)).toEqual(await native.evaluate(look));
});

test('it is given back to Chromium when roamkit stops', async () => {
  await using app = await launch();
  const page = await app.page();
  const undo = await allDefaultsRemoved(net.client);
  await eventually(() => heard(page)).toEqual([true, 'offline false']);
  await app.electron.evaluate(() => mainSide.roamkit.dispose());
  await eventually(() => heard(page)).toEqual([true, 'offline false', 'online true']);
  expect(await heard(await openWindow(app, ''))).toEqual([true]);
  await undo();
});
