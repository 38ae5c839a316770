import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeInRuntime } from '../../../scripts/electron/assemble-runtime.mjs';
import { cacheFolder } from '../../../scripts/electron/cache-folder.mjs';
import { executableName } from '../../../scripts/electron/distribution.mjs';
import { ensureElectron } from '../../../scripts/electron-runtime.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roamkit-electron-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('ensureElectron', () => {
  it('takes the distribution that ELECTRON_OVERRIDE_DIST_PATH names', async () => {
    const executable = join(folder, executableName());
    mkdirSync(dirname(executable), { recursive: true });
    writeFileSync(executable, '', { mode: 0o755 });
    writeFileSync(join(folder, 'version'), 'v33.2.1\n');
    await expect(ensureElectron({ env: { ELECTRON_OVERRIDE_DIST_PATH: folder } })).resolves.toEqual({
      executable,
      distFolder: folder,
      version: '33.2.1',
      source: 'override',
    });
  });

  it('refuses an override without an executable', async () => {
    await expect(ensureElectron({ env: { ELECTRON_OVERRIDE_DIST_PATH: folder } })).rejects.toMatchObject({
      name: 'SetupError',
      message: expect.stringContaining('is not an executable file'),
    });
  });

  it('refuses an unknown ROAMKIT_ELECTRON instead of ignoring it', async () => {
    const env = { ROAMKIT_CACHE: folder, ROAMKIT_ELECTRON: 'regsitry' };
    await expect(ensureElectron({ env })).rejects.toMatchObject({ name: 'SetupError' });
  });

  it('refuses a version that is not pinned', async () => {
    const env = { ROAMKIT_CACHE: folder, ROAMKIT_ELECTRON_VERSION: '26' };
    await expect(ensureElectron({ env })).rejects.toThrow('There is no pinned Electron 26');
  });
});

describe('cacheFolder', () => {
  it('is ROAMKIT_CACHE when that is set', () => {
    const chosen = join(folder, 'chosen');
    expect(cacheFolder({ ROAMKIT_CACHE: chosen, XDG_CACHE_HOME: folder })).toBe(chosen);
  });

  it('is shared by all clones of a user', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: folder })).toBe(join(folder, 'roamkit'));
    expect(cacheFolder({ HOME: folder })).toBe(join(folder, '.cache', 'roamkit'));
  });

  it('ignores a relative XDG_CACHE_HOME', () => {
    expect(cacheFolder({ HOME: folder, XDG_CACHE_HOME: 'cache' })).toBe(join(folder, '.cache', 'roamkit'));
  });

  it('is in the repository when the user has no usable cache', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(cacheFolder({ XDG_CACHE_HOME: file })).toBe(join(process.cwd(), '.cache'));
  });
});

describe('placeInRuntime', () => {
  it('gives the executable the name by which Electron knows that nothing is packaged', () => {
    expect(placeInRuntime('Cypress/Cypress')).toBe('electron');
  });

  it('keeps the files of Electron where they are', () => {
    expect(placeInRuntime('Cypress/locales/en-US.pak')).toBe('locales/en-US.pak');
    expect(placeInRuntime('Cypress/resources.pak')).toBe('resources.pak');
  });

  it.each(['Cypress/resources/app/index.js', 'Cypress/browser_v8_context_snapshot.bin', 'README'])(
    'leaves out %s, which is no part of Electron',
    (name) => expect(placeInRuntime(name)).toBeUndefined(),
  );
});
