import type { ConnectionEvent } from 'roamkit';
import type { Roamkit } from 'roamkit/main';
import { PAGE_SOCKET_LABEL, type SocketReport } from '../../shared/demo-api.js';
import type { Target } from '../../shared/options.js';
import type { ConnectionRow } from '../../shared/view.js';
import type { Timeline } from '../timeline.js';
import { recordOpening, recordVerdict, type VerdictKind } from './connection-timeline.js';
import type { Dialer } from './dialer.js';
import { OwnConnection } from './own-connection.js';
import { PageConnection } from './page-connection.js';
import { WayNews } from './way-news.js';

/** The demo's connections as rows. */
export class ConnectionTable {
  readonly #own: readonly OwnConnection[];
  readonly #page: PageConnection;
  readonly #changed: () => void;

  constructor(
    roamkit: Roamkit,
    dialers: readonly Dialer[],
    pageTarget: Target,
    timeline: Timeline,
    changed: () => void,
  ) {
    const { registry, monitor } = roamkit;
    this.#changed = changed;
    this.#own = dialers.map((dialer) => {
      const connection: OwnConnection = new OwnConnection(
        dialer,
        monitor,
        (opening) => recordOpening(timeline, dialer.label, connection.row('').path, opening),
        changed,
      );
      return connection;
    });
    this.#page = new PageConnection(roamkit, pageTarget, (opening) =>
      recordOpening(timeline, PAGE_SOCKET_LABEL, this.#page.row('').path, opening),
    );

    // The moment of the kernel's news that put each connection in doubt: when a grace period has passed, others may
    // have come.
    const doubtedAt = new Map<number, number>();
    for (const kind of ['suspect', 'rerouted', 'recovered', 'invalidated'] as const) {
      registry.on(kind, (event) => {
        const { id } = event.connection;
        const kernelAt = kind === 'invalidated' ? (doubtedAt.get(id) ?? null) : monitor.receivedAt;
        if (kind === 'suspect' || kind === 'rerouted') doubtedAt.set(id, monitor.receivedAt);
        else doubtedAt.delete(id);
        recordVerdict(timeline, kind, event, kernelAt);
        this.#heard(kind, event, monitor.receivedAt);
      });
    }
    registry.on('untracked', ({ id, state }) => {
      // The event `invalidated` follows, and asks for it.
      if (state !== 'invalidated') doubtedAt.delete(id);
    });
    const wayNews = new WayNews(monitor);
    roamkit.on('reconnect', (signal) => {
      const toldAt = wayNews.at;
      for (const connection of this.#own) connection.follow(signal, toldAt);
      this.#page.advised(signal, toldAt);
      changed();
    });
    monitor.on('batch', () => {
      for (const connection of this.#own) connection.reconsider();
      changed();
    });
  }

  rows(): readonly ConnectionRow[] {
    return [...this.#own.map((connection, index) => connection.row(`own-${index}`)), this.#page.row('page')];
  }

  open(): void {
    for (const connection of this.#own) connection.open();
  }

  /** The page told what became of its own socket. */
  reported(report: SocketReport): void {
    this.#page.report(report);
    this.#changed();
  }

  close(): void {
    for (const connection of this.#own) connection.close();
  }

  #heard(kind: VerdictKind, event: ConnectionEvent, kernelAt: number): void {
    const { id } = event.connection;
    for (const each of [...this.#own, this.#page]) {
      if (!each.owns(id)) continue;
      if (kind === 'recovered') each.history.recovered();
      else if (kind === 'invalidated') each.history.invalidated(event);
      else each.history.troubled(kernelAt);
      if (kind === 'invalidated' && each === this.#page) this.#page.lost();
    }
    this.#changed();
  }
}
