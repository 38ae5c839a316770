import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appFile, bundlePages } from '../../test/e2e/support/bundle-pages.js';
import type { Host, HostProcess } from '../../test/lab/index.js';
import type { ReadyElectron } from './ready-electron.js';

/** What applications print: a line of JSON for all that happens, with the time. */
export interface TimedReport {
  /** Milliseconds since 1970, whole ones. */
  readonly at: number;
}

/** Which application to start, and what it finds as JSON in its environment (ROAMKIT_E2E) beside its bundled `pages`. */
export interface AppToSpawn {
  /** A folder of test/e2e/apps. */
  readonly name: string;
  /** A file in it. */
  readonly main: string;
  readonly settings: object;
}

// A start with every core busy; and far above what a switch takes: one that takes longer has failed.
const TIMEOUT_MS = 60_000;

/** An application of test/e2e/apps in a host, without Playwright, whose debugger has its own costs. */
export class SpawnedApp<Report extends TimedReport> implements AsyncDisposable {
  readonly #process: HostProcess;
  readonly #userData: string;
  readonly #reports: Report[] = [];
  #readLines = 0;

  private constructor(process: HostProcess, userData: string) {
    this.#process = process;
    this.#userData = userData;
  }

  static async start<Report extends TimedReport>(
    { executable, env }: ReadyElectron,
    host: Host,
    { name, main, settings }: AppToSpawn,
  ): Promise<SpawnedApp<Report>> {
    const userData = mkdtempSync(path.join(tmpdir(), 'roamkit-bench-'));
    const pages = await bundlePages(name);
    const process = await host.spawn(
      executable,
      ['-r', appFile('fail-fast.cjs'), `--user-data-dir=${userData}`, appFile(name, main)],
      { env: { ...env, ROAMKIT_E2E: JSON.stringify({ pages, ...settings }) } },
    );
    return new SpawnedApp(process, userData);
  }

  /** All that it has reported so far. */
  reports(): readonly Report[] {
    const { lines } = this.#process;
    for (; this.#readLines < lines.length; this.#readLines++) {
      const line = lines[this.#readLines] ?? '';
      if (line.startsWith('{')) this.#reports.push(JSON.parse(line) as Report);
    }
    return this.#reports;
  }

  /** What it has reported since then. */
  since(at: number): readonly Report[] {
    return this.reports().filter((report) => report.at >= at);
  }

  /** Writes a line to its stdin. */
  tell(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** The first report since then that fits; waits for it. */
  async first(at: number, fits: (report: Report) => boolean): Promise<Report> {
    const find = (): Report | undefined => this.since(at).find(fits);
    await this.until(() => find() !== undefined);
    return find() as Report;
  }

  /** Resolves when `isReached()`, asked at each line; rejects when the time is up (by default a minute). */
  async until(isReached: () => boolean, timeoutMs = TIMEOUT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!isReached()) {
      await this.#process.nextLine(() => true, { timeoutMs: Math.max(0, deadline - performance.now()) });
    }
  }

  /** Ends it as the system would, and expects it to go quietly. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { code, signal } = await this.#process.stop('SIGTERM', { graceMs: 10_000 });
    rmSync(this.#userData, { recursive: true, force: true, maxRetries: 10 });
    if (code !== 0) {
      throw new Error(`Electron ended with ${signal ?? `code ${code}`}: ${this.#process.stderr}`);
    }
  }
}
