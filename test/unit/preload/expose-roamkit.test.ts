import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const electron = vi.hoisted(() => ({
  contextBridge: { exposeInMainWorld: vi.fn() },
  ipcRenderer: { on: vi.fn(), invoke: vi.fn() },
}));
vi.mock('electron', () => electron);

// Preloads of a frame share one global object; each copy of the module is a script of its own.
async function runPreload(): Promise<void> {
  vi.resetModules();
  await import('../../../preload/bundled.js');
}

beforeEach(() => {
  vi.stubGlobal('document', new EventTarget());
  Reflect.deleteProperty(globalThis, Symbol.for('roamkit.exposed'));
  Reflect.set(process, 'contextIsolated', true);
  electron.contextBridge.exposeInMainWorld.mockReset();
});

afterEach(() => {
  Reflect.deleteProperty(process, 'contextIsolated');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('exposes the bridge', async () => {
  await runPreload();
  expect(electron.contextBridge.exposeInMainWorld).toHaveBeenCalledWith(
    '__roamkit',
    expect.objectContaining({ version: expect.any(Function) }),
  );
});

it('does so once where it is injected and imported as well', async () => {
  electron.contextBridge.exposeInMainWorld
    .mockImplementationOnce(() => {})
    .mockImplementation(() => {
      throw new Error('Cannot bind an API on top of an existing property on the window object');
    });
  await runPreload();
  await runPreload();
  expect(electron.contextBridge.exposeInMainWorld).toHaveBeenCalledTimes(1);
});

it('exposes nothing without context isolation, and says so', async () => {
  Reflect.set(process, 'contextIsolated', false);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await runPreload();
  expect(electron.contextBridge.exposeInMainWorld).not.toHaveBeenCalled();
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('contextIsolation'));
});
