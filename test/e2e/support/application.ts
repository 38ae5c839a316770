import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, expect, type Page } from '@playwright/test';
import type { Exit } from '../../lab/index.js';
import { appFile, bundlePages } from './bundle-pages.js';

// What Chromium and Node print when a process of theirs dies of its own fault.
const CRASH = /Received signal|Check failed|FATAL|Segmentation fault|Fatal error/;

// A busy machine takes seconds to end half a dozen processes; a hang takes for ever.
const QUIT_TIMEOUT_MS = 15_000;

/** How an application is started. */
export interface LaunchOptions {
  /** Files that the application finds in the place of others, by the path of those. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** A test application (apps/NAME), running in real Electron with Chromium's sandbox on. */
export class Application implements AsyncDisposable {
  readonly electron: ElectronApplication;
  /** How its main process ended. */
  readonly exit: Promise<Exit>;
  readonly #userData: string;
  #stderr = '';

  private constructor(electron: ElectronApplication, userData: string) {
    this.electron = electron;
    this.#userData = userData;
    const child = electron.process();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  /**
   * Starts `apps/NAME/MAIN`, or another main process by its absolute path. The application finds `settings` as JSON in the environment (ROAMKIT_E2E), with `pages`, the
   * folder of its bundled pages and preload scripts.
   */
  static async launch(
    name: string,
    main: string,
    settings: object = {},
    { mounts = {} }: LaunchOptions = {},
  ): Promise<Application> {
    const pages = await bundlePages(name);
    const userData = temporaryUserData(name);
    return Application.#start(
      withMounts(electronExecutable(), mounts, userData),
      userData,
      ['-r', appFile('fail-fast.cjs'), `--user-data-dir=${userData}`, appFile(name, main)],
      { ROAMKIT_E2E: JSON.stringify({ pages, ...settings }) },
    );
  }

  /** Starts an application that knows nothing of tests, by its folder with a package.json. */
  static async open(folder: string): Promise<Application> {
    const userData = temporaryUserData(path.basename(folder));
    return Application.#start(electronExecutable(), userData, [
      '-r',
      appFile('fail-fast.cjs'),
      `--user-data-dir=${userData}`,
      folder,
    ]);
  }

  /** Starts a main process by its file, with arguments of its own. */
  static async openMain(
    file: string,
    argumentsFor: (userData: string) => readonly string[],
    { mounts = {} }: LaunchOptions = {},
  ): Promise<Application> {
    const userData = temporaryUserData(path.basename(file));
    const args = ['-r', appFile('fail-fast.cjs'), file, ...argumentsFor(userData)];
    return Application.#start(withMounts(electronExecutable(), mounts, userData), userData, args);
  }

  /** Starts a packaged application, by its executable. */
  static async openPackaged(
    executable: string,
    args: readonly string[] = [],
    { mounts = {} }: LaunchOptions = {},
  ): Promise<Application> {
    const userData = temporaryUserData(path.basename(executable));
    const wrapper = path.join(userData, 'sandboxed');
    // As scripts/sandboxed-electron.mjs does.
    const command = `exec unshare --user --map-user=1000 --map-group=1000 '${executable}' "$@"`;
    writeFileSync(wrapper, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
    return Application.#start(withMounts(wrapper, mounts, userData), userData, [
      `--user-data-dir=${userData}`,
      ...args,
    ]);
  }

  static async #start(
    executablePath: string,
    userData: string,
    args: string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Application> {
    const electron = await _electron.launch({
      executablePath,
      // Playwright switches the sandbox off otherwise.
      chromiumSandbox: true,
      args,
      env: { ...definedEnvironment(), ...env },
    });
    return new Application(electron, userData);
  }

  /** The first window's page. */
  page(): Promise<Page> {
    return this.electron.firstWindow();
  }

  /** All that the application and Chromium wrote to stderr so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Quits it, and expects that to go well: no test may leave an application that crashes when it ends. */
  async quit(): Promise<void> {
    const timer = setTimeout(() => this.electron.process().kill('SIGKILL'), QUIT_TIMEOUT_MS);
    try {
      await this.electron.close();
      await this.expectCleanExit();
    } finally {
      clearTimeout(timer);
      this.#removeUserData();
    }
  }

  /** Expects that it ends, or has ended, with exit code 0 and without a crash. */
  async expectCleanExit(): Promise<void> {
    const exit = await this.exit;
    this.#removeUserData();
    expect(exit, this.#stderr).toEqual({ code: 0, signal: null });
    expect(this.#stderr).not.toMatch(CRASH);
  }

  #removeUserData(): void {
    rmSync(this.#userData, { recursive: true, force: true, maxRetries: 10 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit();
  }
}

function electronExecutable(): string {
  const executable = process.env['ROAMKIT_ELECTRON_EXECUTABLE'];
  if (executable === undefined) throw new Error('run the end-to-end tests with `npm run test:e2e`');
  return executable;
}

function temporaryUserData(name: string): string {
  return mkdtempSync(path.join(tmpdir(), `roamkit-e2e-${name}-data-`));
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** An executable that starts Electron where files are mounted in the place of others, for it and nobody else. */
function withMounts(executable: string, mounts: Readonly<Record<string, string>>, folder: string): string {
  const commands = Object.entries(mounts).map(([place, file]) => `mount --bind '${file}' '${place}' && `);
  if (commands.length === 0) return executable;
  const wrapper = path.join(folder, 'electron-with-mounts');
  writeFileSync(
    wrapper,
    `#!/bin/sh\nexec unshare --mount sh -c "${commands.join('')}"'exec "$0" "$@"' '${executable}' "$@"\n`,
    { mode: 0o755 },
  );
  return wrapper;
}
