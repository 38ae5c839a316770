import { readFileSync } from 'node:fs';
import { type ElectronApplication, expect, test } from '@playwright/test';
import { contract } from '../../ipc/contract.js';
import { Lab, type TwoLinkLab, twoLinkLab } from '../lab/index.js';
import { eventually } from './support/eventually.js';
import { PlainApplication } from './support/plain-application.js';

// What a page is in, and what it can reach: an operating-system sandbox, a world of its own, and functions.

let net: TwoLinkLab;
let app: PlainApplication;
let electron: ElectronApplication;

test.beforeAll(async () => {
  net = await twoLinkLab({ client: await Lab.here() });
  app = await PlainApplication.launch();
  electron = app.application.electron;
  await app.page();
});

test.afterAll(async () => {
  await app.application.quit();
  await net.close();
});

/** A process as the kernel sees it: what /proc/PID/status says. */
function processStatus(pid: number): Map<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
  return new Map(lines.map((line) => [line.split(':\t')[0] ?? '', line.split(':\t')[1] ?? '']));
}

test("Chromium's sandbox is on: the page's process has a system call filter, no rights and a process namespace of its own", async () => {
  const { main, renderer, noSandbox } = await electron.evaluate(({ app: electronApp, BrowserWindow }) => ({
    main: process.pid,
    renderer: BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
    noSandbox: electronApp.commandLine.hasSwitch('no-sandbox'),
  }));
  expect(noSandbox).toBe(false);
  const status = processStatus(renderer);
  expect(status.get('Seccomp'), 'a filter').toBe('2');
  expect(status.get('NoNewPrivs')).toBe('1');
  expect(status.get('CapEff')).toBe('0000000000000000');
  const depth = (pid: number): number => processStatus(pid).get('NSpid')?.split('\t').length ?? 0;
  expect(depth(renderer)).toBeGreaterThan(depth(main));
});

test('windows have sandbox and contextIsolation on and nodeIntegration off', async () => {
  // Electron knows the method and does not document it.
  const preferences = await electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    return (
      contents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    ).getLastWebPreferences();
  });
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
});

test('a page has nothing of Node and nothing of Electron', async () => {
  const page = await app.page();
  const names = ['require', 'module', 'process', 'Buffer', 'global', 'electron', 'ipcRenderer', '__dirname'];
  expect(await page.evaluate((all) => all.filter((name) => name in globalThis), names)).toEqual([]);
});

test('roamkit adds one name to window, which a page cannot replace', async () => {
  const page = await app.page();
  const added = await page.evaluate(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow));
    frame.remove();
    return Object.getOwnPropertyNames(window).filter((name) => !plain.has(name) && !/^\d+$/.test(name));
  });
  // The application's own, and ours.
  expect(added.sort()).toEqual(['__roamkit', 'pageSide']);
  expect(
    await page.evaluate(() => {
      const { value, ...flags } = Object.getOwnPropertyDescriptor(window, '__roamkit') ?? {};
      return { ...flags, isFrozen: Object.isFrozen(value) };
    }),
  ).toMatchObject({ writable: false, configurable: false, isFrozen: true });
});

test('the bridge is functions only, one for each channel of the contract that is for pages', async () => {
  const page = await app.page();
  const types = await page.evaluate(() => {
    const bridge = Reflect.get(window, '__roamkit') as object;
    return Object.fromEntries(Reflect.ownKeys(bridge).map((key) => [key, typeof Reflect.get(bridge, key)]));
  });
  const requests = Object.keys(contract.requests).filter((name) => name !== 'deliver');
  const events = Object.keys(contract.events).map(
    (name) => `on${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  );
  const names = ['version', ...requests, ...events];
  expect(types).toEqual(Object.fromEntries(names.map((name) => [name, 'function'])));
});

test('a handler gets the payload and no event object, until it takes itself back', async () => {
  const page = await app.page();
  const arguments_ = await page.evaluateHandle(() => {
    const bridge = Reflect.get(window, '__roamkit') as {
      onDelta(handler: (...args: unknown[]) => void): () => void;
    };
    const calls: unknown[][] = [];
    const stop = bridge.onDelta((...args) => {
      calls.push(args);
      stop();
    });
    return calls;
  });
  const better = (verb: string) =>
    `route ${verb} default via ${net.addresses.wifiGateway.v4} dev wlan0 metric 50`;
  const generation = () => page.evaluate(() => pageSide.roamkit.getSnapshot().generation);
  const before = await generation();
  await net.client.ip(better('add'));
  await eventually(generation).toBe(before + 1);
  await net.client.ip(better('del'));
  await eventually(generation).toBe(before + 2);
  const calls = await arguments_.jsonValue();
  expect(calls).toHaveLength(1);
  expect(calls[0]).toEqual([
    { seq: expect.any(Number), changed: expect.objectContaining({ generation: before + 1 }) },
  ]);
});
