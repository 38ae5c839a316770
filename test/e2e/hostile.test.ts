import { type ElectronApplication, expect, type Page, test } from '@playwright/test';
import { contract } from '../../ipc/contract.js';
import type { IpcResult, RefusalReason } from '../../ipc/messages.js';
import { bestDefaultRemoved, Lab, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { bundlePages } from './support/bundle-pages.js';
import { eventually } from './support/eventually.js';
import { PlainApplication, type PlainOptions, storyOf } from './support/plain-application.js';

// Windows that somebody has taken over, and what it costs the others and main: an answer each, and nothing that stays. That main
// never throws is the application's own end: it would exit with another code (fail-fast.cjs).

/** Messages of the flood. */
const FLOOD = 100_000;
/** Messages that are looked at to the end, since no limit of rate spares main the work: twenty rounds are a hundred thousand. */
const [ROUNDS, BURST] = [Number(process.env['ROAMKIT_TEST_HOSTILE_ROUNDS'] ?? 4), 5000];
// What the garbage collector's moods and V8's own caches account for: of each message, 200 bytes at most.
const MOST_GROWTH_BYTES = 4_000_000;
// What allocators keep for the next time: 13 to 20 MB were seen, after twenty thousand messages as after a hundred thousand.
const MOST_RESIDENT_GROWTH_BYTES = 48_000_000;

type Answered = Record<RefusalReason | 'accepted' | 'rejected', number>;

async function launchHostile(options: NonNullable<PlainOptions['options']>): Promise<PlainApplication> {
  const webPreferences = {
    preload: `${await bundlePages('plain')}/preload-hostile.cjs`,
    nodeIntegrationInSubFrames: true,
  };
  return PlainApplication.launch({ options, webPreferences });
}

/** Has a page send a burst of what no page should, and counts the answers by their reason. */
function sendForged(page: Page, burst: number): Promise<Partial<Answered>> {
  return page.evaluate(
    async ([version, channels, count]) => {
      const hostile = Reflect.get(window, 'hostile') as {
        invoke(channel: string, ...args: unknown[]): Promise<IpcResult<unknown>>;
      };
      const peer = { url: 'ws://203.0.113.1' };
      const deep: { inner?: unknown } = {};
      deep.inner = deep;
      const forged: readonly (readonly unknown[])[] = [
        [],
        ['0.0', peer],
        [version, { url: `ws://${'a'.repeat(10_000)}` }],
        [version, new Uint8Array(20_000)],
        [version, deep],
        [version, new Array(5000).fill(0)],
        [version, { ...peer, owner: 'main' }],
        [version, peer, 'more'],
        [version, new Map([['url', 'ws://203.0.113.1']])],
        [version, { host: '203.0.113.1', port: -1 }],
        [version, { id: 2 ** 60 }],
        [version, { what: 'everything' }],
        [version, { ['__proto__']: null, constructor: 1 }],
        [version, 'text'],
      ];
      const answered: Record<string, number> = {};
      const send = async (index: number): Promise<void> => {
        const channel = channels[index % channels.length] ?? '';
        const reason = await hostile.invoke(channel, ...(forged[index % forged.length] ?? [])).then(
          (answer) => (answer.ok ? 'accepted' : answer.error.reason),
          () => 'rejected',
        );
        answered[reason] = (answered[reason] ?? 0) + 1;
      };
      // Pairs of every channel with every message come by: 14 messages and a number of channels that has no part of it.
      await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
      return answered;
    },
    [contract.version, channelsOf(13), burst] as const,
  );
}

/** That many of the contract's channels; the first again where there are not enough. */
function channelsOf(count: number): string[] {
  const names = Object.values(contract.requests).map(({ name }) => name);
  return Array.from({ length: count }, (_, index) => names[index % names.length] ?? '');
}

/** In bytes: what JavaScript holds, and what the process has of the system's memory. */
interface Memory {
  readonly heapUsed: number;
  readonly rss: number;
}

/** What main keeps after everything that can be freed was. */
function mainMemory(electron: ElectronApplication): Promise<Memory> {
  return electron.evaluate(async () => {
    const { setFlagsFromString } = process.getBuiltinModule('node:v8');
    const { runInNewContext } = process.getBuiltinModule('node:vm');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let pass = 0; pass < 3; pass++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, rss } = process.memoryUsage();
    return { heapUsed, rss };
  });
}

async function expectSameMemory(electron: ElectronApplication, before: Memory): Promise<void> {
  const { heapUsed, rss } = await mainMemory(electron);
  expect(heapUsed - before.heapUsed).toBeLessThan(MOST_GROWTH_BYTES);
  expect(rss - before.rss).toBeLessThan(MOST_RESIDENT_GROWTH_BYTES);
}

/** Listeners in main that a page could make grow. */
function mainListeners(electron: ElectronApplication): Promise<number> {
  return electron.evaluate(({ app, ipcMain, powerMonitor, webContents }) => {
    const emitters = [app, ipcMain, powerMonitor, ...webContents.getAllWebContents()];
    return emitters
      .flatMap((emitter) => emitter.eventNames().map((name) => emitter.listenerCount(name)))
      .reduce((sum, count) => sum + count, 0);
  });
}

/** Puts another frame into a page and takes it away, some times; each asks to subscribe. */
function frames(page: Page, count: number): Promise<void> {
  return page.evaluate(async (times) => {
    for (let index = 0; index < times; index++) {
      const frame = document.createElement('iframe');
      frame.src = 'frame.html';
      const answered = new Promise((resolve) => {
        window.addEventListener('message', resolve, { once: true });
      });
      document.body.append(frame);
      await answered;
      frame.remove();
    }
  }, count);
}

async function expectServed(net: TwoLinkLab, other: Page): Promise<void> {
  await bestDefaultRemoved(net.client);
  await eventually(() => storyOf(other)).toContain('reconnect now');
}

test('forged messages leave main as it was, twenty thousand of them: each refused and counted, none kept', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await launchHostile({ limits: { requestsPerSecond: 1e9 } });
  const { electron } = app.application;
  const hostile = await app.page();
  const other = await app.openWindow();
  await sendForged(hostile, BURST);
  const [memory, listeners, before] = [
    await mainMemory(electron),
    await mainListeners(electron),
    await app.ipcStats(),
  ];
  const reasons: Partial<Answered> = {};
  for (let round = 0; round < ROUNDS; round++) {
    const answered = await sendForged(hostile, BURST);
    for (const [reason, count] of Object.entries(answered) as [keyof Answered, number][]) {
      reasons[reason] = (reasons[reason] ?? 0) + count;
    }
  }
  const after = await app.ipcStats();
  expect(Object.keys(reasons).sort()).toEqual(['schema', 'size', 'version']);
  expect(after.refused - before.refused).toBe(ROUNDS * BURST);
  for (const reason of ['schema', 'size', 'version'] as const) {
    expect(after.refusedFor[reason] - before.refusedFor[reason]).toBe(reasons[reason]);
  }
  expect(after).toMatchObject({ accepted: before.accepted, trackedConnections: 0, subscribedWindows: 2 });
  await expectSameMemory(electron, memory);
  expect(await mainListeners(electron)).toBe(listeners);
  await expectServed(net, other);
});

test('while one window floods main with a hundred thousand, another is served, and main keeps nothing of it', async () => {
  // As many messages as that take a busy machine a while.
  test.setTimeout(180_000);
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await launchHostile({});
  const hostile = await app.page();
  const other = await app.openWindow();
  const { electron } = app.application;
  await sendForged(hostile, BURST);
  const memory = await mainMemory(electron);
  const flood = sendForged(hostile, FLOOD);
  await eventually(async () => (await app.ipcStats()).refusedFor.rate, 'the flood').toBeGreaterThan(BURST);
  await expectServed(net, other);
  expect(
    await other.evaluate(async () => (await pageSide.roamkit.track('ws://203.0.113.1')).id),
  ).toBeGreaterThan(0);
  const answered = await flood;
  expect(answered.rate).toBeGreaterThan(0.8 * FLOOD);
  expect(Object.values(answered).reduce((sum, count) => sum + count, 0)).toBe(FLOOD);
  await expectSameMemory(electron, memory);
  await app.expectIpc(2, 1);
});

test('frames and pages of the wrong kind are refused, a hundred of them, and leave nothing behind', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await launchHostile({});
  const { electron } = app.application;
  const hostile = await app.page();
  const other = await app.openWindow();
  await frames(hostile, 5);
  const listeners = await mainListeners(electron);
  const before = await app.ipcStats();
  await frames(hostile, 100);
  const after = await app.ipcStats();
  expect(after.refusedFor.sender - before.refusedFor.sender).toBeGreaterThanOrEqual(100);
  expect(after.accepted).toBe(before.accepted);
  expect(await mainListeners(electron)).toBe(listeners);
  await hostile.goto('data:text/html,<title>opaque</title>');
  expect(await sendForged(hostile, 20)).toEqual({ origin: 20 });
  await app.expectIpc(1, 0);
  await expectServed(net, other);
});

test('a page that subscribes, tracks and listens over and over has what one does, and the others are served', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await launchHostile({ limits: { requestsPerSecond: 1e9 } });
  const { electron } = app.application;
  const hostile = await app.page();
  const other = await app.openWindow();
  const listeners = await mainListeners(electron);
  const refused = await hostile.evaluate(async () => {
    const bridge = Reflect.get(window, '__roamkit');
    const answers: Promise<IpcResult<unknown>>[] = [];
    for (let index = 0; index < 2000; index++) {
      for (const name of ['onDelta', 'onInvalidated', 'onReconnect', 'onStarted']) bridge[name](() => {});
      answers.push(
        bridge.untrack({ id: -index }),
        bridge.subscribe(),
        bridge.track({ url: 'ws://203.0.113.1' }),
      );
    }
    return (await Promise.all(answers)).filter((answer) => !answer.ok).length;
  });
  // The window tracks as many connections as it may.
  expect((await app.ipcStats()).refusedFor.limit).toBe(refused);
  await app.expectIpc(2, 256);
  expect(await mainListeners(electron)).toBe(listeners);
  await hostile.close();
  await app.expectIpc(1, 0);
  await expectServed(net, other);
});
