import { readdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { bestDefaultRemoved, Lab, linkDown, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { expectLinkLossTold, PlainApplication, storyOf, track } from './support/plain-application.js';

// roamkit starts once at a time, as often as the application likes, and gives back all that it took.

/** What the main process holds: what roamkit could leave behind. */
interface Held {
  readonly fds: number;
  readonly threads: number;
  /** Timers, sockets and watchers made since {@link countHandles}, also those that would not keep the process alive. */
  readonly handles: number;
  /** Listeners of Electron's and Node's emitters, by event. */
  readonly listeners: Readonly<Record<string, number>>;
  readonly preloads: readonly string[];
}

/** Has the main process keep count of its timers, sockets and watchers. */
async function countHandles(app: PlainApplication): Promise<void> {
  await app.application.electron.evaluate(() => {
    const handles = new Set<number>();
    const kinds = ['Timeout', 'FSEVENTWRAP', 'STATWATCHER', 'TCPWRAP', 'UDPWRAP', 'PIPEWRAP'];
    const { createHook } = process.getBuiltinModule('node:async_hooks');
    createHook({
      init: (id, type) => {
        if (kinds.includes(type)) handles.add(id);
      },
      destroy: (id) => {
        handles.delete(id);
      },
    }).enable();
    Reflect.set(globalThis, 'handles', handles);
  });
}

async function heldBy(app: PlainApplication): Promise<Held> {
  const held = await app.application.electron.evaluate((electron) => {
    const { app: electronApp, ipcMain, nativeTheme, powerMonitor, session, webContents } = electron;
    const emitters = {
      app: electronApp,
      ipcMain,
      nativeTheme,
      powerMonitor,
      process,
      session: session.defaultSession,
      ...Object.fromEntries(
        webContents.getAllWebContents().map((contents) => [`contents ${contents.id}`, contents]),
      ),
    };
    const listeners: Record<string, number> = {};
    for (const [name, emitter] of Object.entries(emitters)) {
      for (const event of emitter.eventNames()) {
        listeners[`${name} ${String(event)}`] = (emitter as NodeJS.EventEmitter).listenerCount(event);
      }
    }
    return {
      pid: process.pid,
      handles: (Reflect.get(globalThis, 'handles') as ReadonlySet<number>).size,
      listeners,
      preloads: session.defaultSession.getPreloads(),
    };
  });
  const { pid, ...rest } = held;
  const count = (what: string) => readdirSync(`/proc/${pid}/${what}`).length;
  return { fds: count('fd'), threads: count('task'), ...rest };
}

/** Waits until the main process holds what it did then, and of what comes and goes in Electron itself no more. */
async function expectNoMoreThan(before: Held, app: PlainApplication): Promise<void> {
  const { listeners, preloads } = before;
  await eventually(async () => {
    const now = await heldBy(app);
    const more = (['fds', 'threads', 'handles'] as const).filter((what) => now[what] > before[what]);
    return { listeners: now.listeners, preloads: now.preloads, more };
  }).toEqual({ listeners, preloads, more: [] });
}

/** Disposes of roamkit and starts it again, so many times; before each end the page tracks a connection. */
async function restart(app: PlainApplication, rounds: number): Promise<void> {
  const page = await app.page();
  for (let round = 0; round < rounds; round++) {
    await track(page, 'ws://203.0.113.1');
    await app.application.electron.evaluate(async () => {
      await mainSide.roamkit.dispose();
      await mainSide.start();
    });
    await app.expectIpc(1, 0);
  }
}

test('started and disposed of again and again, it holds no more than after the first time', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch({
    // All that it can do to sessions.
    options: { sessionPolicy: { overrideOnLine: true } },
  });
  await countHandles(app);
  await restart(app, 2);
  const before = await heldBy(app);
  await restart(app, 6);
  await expectNoMoreThan(before, app);
  // And it is none the worse for it.
  const page = await app.page();
  await track(page, 'ws://203.0.113.1');
  await linkDown(net.ethernet.a);
  await expectLinkLossTold(page);
});

test('a second start is refused and says why, and the first goes on as if there had been none', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const page = await app.page();
  await track(page, 'ws://203.0.113.1');
  await countHandles(app);
  const before = await heldBy(app);
  const startAgain = () =>
    app.application.electron.evaluate(() =>
      mainSide.start().then(
        () => 'started',
        (error) => `${error.code}: ${error.message}`,
      ),
    );
  const refusal =
    'ERR_ROAMKIT_INVALID_ARGUMENT: startRoamkit: roamkit runs already in this process; dispose() of it first';
  for (let round = 0; round < 3; round++) expect(await startAgain()).toBe(refusal);
  await expectNoMoreThan(before, app);
  await linkDown(net.ethernet.a);
  await expectLinkLossTold(page);
});

test('of two starts at once, one is refused', async () => {
  await using net = await twoLinkLab({ client: await Lab.here() });
  await using app = await PlainApplication.launch();
  const page = await app.page();
  const outcomes = await app.application.electron.evaluate(async () => {
    await mainSide.roamkit.dispose();
    const both = await Promise.allSettled([mainSide.start(), mainSide.start()]);
    return both.map((each) => (each.status === 'fulfilled' ? 'started' : each.reason.code));
  });
  expect(outcomes.toSorted()).toEqual(['ERR_ROAMKIT_INVALID_ARGUMENT', 'started']);
  await app.expectIpc(1, 0);
  await bestDefaultRemoved(net.client);
  await eventually(() => storyOf(page)).toContain('reconnect now');
});
