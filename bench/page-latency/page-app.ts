import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appFile, bundlePages } from '../../test/e2e/support/bundle-pages.js';
import type { Host, HostProcess } from '../../test/lab/index.js';
import type { ReadyElectron } from '../five-losses/electron.js';

/** A kind of socket that the page can have. */
export type Kind = 'RoamingWebSocket' | 'WebSocket' | 'partysocket' | 'reconnecting-websocket';

/** A line that the page wrote. */
export interface Report {
  /** Milliseconds since 1970, whole ones. */
  readonly at: number;
  readonly who: Kind | 'page';
  readonly event: 'open' | 'close' | 'address' | 'echo' | 'change';
  readonly code?: number;
  readonly reason?: string;
  /** The address that the server was reached from. */
  readonly address?: string;
}

// A start with every core busy; and far above what a switch takes: one that takes longer has failed.
const TIMEOUT_MS = 60_000;

/** test/e2e/apps/page-latency, running in a host, with sockets of these kinds to a server. */
export class PageApp implements AsyncDisposable {
  private constructor(
    private readonly process: HostProcess,
    private readonly userData: string,
  ) {}

  static async start(
    { executable, env }: ReadyElectron,
    host: Host,
    settings: { readonly url: string; readonly kinds: readonly Kind[] },
  ): Promise<PageApp> {
    const userData = mkdtempSync(path.join(tmpdir(), 'roamkit-bench-'));
    const pages = await bundlePages('page-latency');
    const process = await host.spawn(
      executable,
      [
        ...['-r', appFile('fail-fast.cjs'), `--user-data-dir=${userData}`],
        appFile('page-latency', 'main.mjs'),
      ],
      { env: { ...env, ROAMKIT_E2E: JSON.stringify({ pages, ...settings }) } },
    );
    return new PageApp(process, userData);
  }

  /** What the page has written since then. */
  since(at: number): Report[] {
    return this.process.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Report)
      .filter((report) => report.at >= at);
  }

  /** The first report since then that fits; waits for it. */
  async first(at: number, fits: (report: Report) => boolean): Promise<Report> {
    const deadline = performance.now() + TIMEOUT_MS;
    for (;;) {
      const found = this.since(at).find(fits);
      if (found !== undefined) return found;
      await this.process.nextLine(() => true, { timeoutMs: Math.max(0, deadline - performance.now()) });
    }
  }

  /** Ends it as the system would, and expects it to go quietly. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { code, signal } = await this.process.stop('SIGTERM', { graceMs: 10_000 });
    rmSync(this.userData, { recursive: true, force: true, maxRetries: 10 });
    if (code !== 0) {
      throw new Error(`Electron ended with ${signal ?? `code ${code}`}: ${this.process.stderr}`);
    }
  }
}
