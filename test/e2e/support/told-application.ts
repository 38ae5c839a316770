import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from '@playwright/test';
import type * as Electron from 'electron';
import type { IpcStats } from '../../../main/electron/index.js';
import { appFile, bundlePages } from './bundle-pages.js';

interface Answer {
  readonly number: number;
  readonly value: unknown;
}

/**
 * apps/plain without Playwright, which emulates focus: with it no page is ever hidden. Functions are sent as their source, so they
 * see their argument and nothing else.
 */
export class ToldApplication implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #userData: string;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #asked = 0;

  private constructor(child: ChildProcess, userData: string) {
    this.#child = child;
    this.#userData = userData;
    const { stdout } = child;
    if (stdout === null) throw new Error('no stdout');
    createInterface({ input: stdout }).on('line', (line) => {
      if (!line.startsWith('answer ')) return;
      const { number, value } = JSON.parse(line.slice('answer '.length)) as Answer;
      this.#waiting.get(number)?.(value);
      this.#waiting.delete(number);
    });
  }

  static async launch(): Promise<ToldApplication> {
    const executable = process.env['ROAMKIT_ELECTRON_EXECUTABLE'];
    if (executable === undefined) throw new Error('run the end-to-end tests with `npm run test:e2e`');
    const pages = await bundlePages('plain');
    const userData = mkdtempSync(path.join(tmpdir(), 'roamkit-e2e-told-data-'));
    const child = spawn(
      executable,
      ['-r', appFile('fail-fast.cjs'), `--user-data-dir=${userData}`, appFile('plain', 'told-by-line.mjs')],
      {
        env: { ...process.env, ROAMKIT_E2E: JSON.stringify({ pages }) },
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    return new ToldApplication(child, userData);
  }

  /** Runs a function in the main process. */
  main<T, A = undefined>(
    run: (electron: typeof Electron, argument: A) => T,
    argument?: A,
  ): Promise<Awaited<T>> {
    return this.#ask({ source: run.toString(), argument });
  }

  /** Runs a function in the page with that title. */
  page<T, A = undefined>(title: string, run: (argument: A) => T, argument?: A): Promise<Awaited<T>> {
    return this.#ask({ source: run.toString(), argument, title });
  }

  ipcStats(): Promise<IpcStats> {
    return this.main(() => mainSide.roamkit.ipcStats);
  }

  async quit(): Promise<void> {
    const exit = once(this.#child, 'exit');
    void this.main(({ app }) => app.quit());
    expect(await exit).toEqual([0, null]);
    rmSync(this.#userData, { recursive: true, force: true, maxRetries: 10 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit();
  }

  #ask<T>(task: object): Promise<Awaited<T>> {
    const number = this.#asked++;
    this.#child.stdin?.write(`${JSON.stringify({ number, ...task })}\n`);
    return new Promise((resolve) => {
      this.#waiting.set(number, (value) => resolve(value as Awaited<T>));
    });
  }
}
