import type { Host } from '../../test/lab/index.js';
import type { ReadyElectron } from '../electron/ready-electron.js';
import { SpawnedApp, type TimedReport } from '../electron/spawned-app.js';

/** `main`: the main process's socket; `page`: the page's. */
export type Who = 'main' | 'page';

/** A line that the application printed. */
export interface Report extends TimedReport {
  readonly who: Who;
  readonly event: 'open' | 'echo' | 'close' | 'invalidated' | 'state' | 'online' | 'offline';
  readonly reason?: string;
  readonly isOpen?: boolean;
  readonly onLine?: boolean;
}

/** test/e2e/apps/five-losses, running in a host. */
export class MeasuredApp implements AsyncDisposable {
  private constructor(private readonly app: SpawnedApp<Report>) {}

  /** Starts it; resolves when both sockets have echoed. */
  static async start(
    electron: ReadyElectron,
    host: Host,
    settings: { readonly url: string; readonly hasRoamkit: boolean },
  ): Promise<MeasuredApp> {
    const app = await SpawnedApp.start<Report>(electron, host, {
      name: 'five-losses',
      main: 'main.mjs',
      settings,
    });
    const measured = new MeasuredApp(app);
    await app.until(() => (['main', 'page'] as const).every((who) => measured.first(who, 'echo', 0)));
    return measured;
  }

  /** All that it has reported so far. */
  reports(): readonly Report[] {
    return this.app.reports();
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
  reached(isReached: () => boolean, timeoutMs: number): Promise<boolean> {
    return this.app.until(isReached, timeoutMs).then(
      () => true,
      () => false,
    );
  }

  /** Ends it as the system would, and expects it to go quietly. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
  }
}
