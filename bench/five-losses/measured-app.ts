import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appFile, bundlePages } from '../../test/e2e/support/bundle-pages.js';
import type { Host, HostProcess } from '../../test/lab/index.js';
import type { ReadyElectron } from './electron.js';

/** `main`: the main process's socket; `page`: the page's. */
export type Who = 'main' | 'page';

/** A line that the application printed. */
export interface Report {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: Who;
  readonly event: 'open' | 'echo' | 'close' | 'invalidated' | 'state' | 'online' | 'offline';
  readonly reason?: string;
  readonly isOpen?: boolean;
  readonly onLine?: boolean;
}

// A start with every core busy.
const START_TIMEOUT_MS = 60_000;

/** test/e2e/apps/five-losses, running in a host. */
export class MeasuredApp implements AsyncDisposable {
  private constructor(
    private readonly process: HostProcess,
    private readonly userData: string,
  ) {}

  /** Starts it; resolves when both sockets have echoed. */
  static async start(
    { executable, env }: ReadyElectron,
    host: Host,
    settings: { readonly url: string; readonly hasRoamkit: boolean },
  ): Promise<MeasuredApp> {
    const userData = mkdtempSync(path.join(tmpdir(), 'roamkit-bench-'));
    const pages = await bundlePages('five-losses');
    const process = await host.spawn(
      executable,
      [
        ...['-r', appFile('fail-fast.cjs'), `--user-data-dir=${userData}`],
        appFile('five-losses', 'main.mjs'),
      ],
      { env: { ...env, ROAMKIT_E2E: JSON.stringify({ pages, ...settings }) } },
    );
    const app = new MeasuredApp(process, userData);
    await app.#until(
      () => (['main', 'page'] as const).every((who) => app.first(who, 'echo', 0)),
      START_TIMEOUT_MS,
    );
    return app;
  }

  /** All that it has reported so far. */
  reports(): Report[] {
    return this.process.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Report);
  }

  /** The first report of that kind at `since` or later. */
  first(who: Who, event: Report['event'], since: number): Report | undefined {
    return this.reports().find(
      (report) => report.who === who && report.event === event && report.at >= since,
    );
  }

  /** The last report of that kind. */
  last(who: Who, event: Report['event']): Report | undefined {
    return this.reports().findLast((report) => report.who === who && report.event === event);
  }

  /** Resolves when `isReached()`, asked at each report, or when the time is up; to whether it was reached. */
  async reached(isReached: () => boolean, timeoutMs: number): Promise<boolean> {
    return this.#until(isReached, timeoutMs).then(
      () => true,
      () => false,
    );
  }

  /** Ends it as the system would, and expects it to go quietly. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { code, signal } = await this.process.stop('SIGTERM', { graceMs: 10_000 });
    rmSync(this.userData, { recursive: true, force: true, maxRetries: 10 });
    if (code !== 0)
      throw new Error(`Electron ended with ${signal ?? `code ${code}`}: ${this.process.stderr}`);
  }

  async #until(isReached: () => boolean, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!isReached()) {
      await this.process.nextLine(() => true, { timeoutMs: Math.max(0, deadline - performance.now()) });
    }
  }
}
