import type { Metric, MetricsSnapshot } from '../../../core/metric-types.js';
import type { Verdict } from '../../../core/verdict-types.js';
import type { MonitorStats } from '../../monitor/backend.js';
import { monitorMetrics } from '../../monitor/monitor-metrics.js';
import type { Connection } from '../connection.js';
import type { VerdictEvent } from '../registry-events.js';
import { AttributeCounts } from './attribute-counts.js';
import { Histogram } from './histogram.js';

// Seconds. Grace periods are 0.1 s and 1.5 s by default: finer around these, to show what confirmation adds to them.
const DOUBT_BOUNDS = [0.005, 0.01, 0.05, 0.1, 0.11, 0.125, 0.15, 0.25, 0.5, 1, 1.5, 1.6, 2, 5, 10, 60];

// Attributes: each has as many values as there are words for it. A peer's address or name is none, for of these there is no end.
const STATE = 'roamkit.connection.state';
const OWNER = 'roamkit.connection.owner';
const REASON = 'roamkit.verdict.reason';
const OUTCOME = 'roamkit.suspicion.outcome';

/** Counts what happens to a registry's connections. */
export class RegistryMetrics {
  readonly #startedAt = Date.now();
  // Kept, so that a combination that is no more has 0: what is not observed again keeps its last value in OpenTelemetry's SDK.
  readonly #open = new AttributeCounts();
  readonly #tracked = new AttributeCounts();
  readonly #suspicions = new AttributeCounts();
  readonly #recoveries = new AttributeCounts();
  readonly #reroutes = new AttributeCounts();
  readonly #invalidations = new AttributeCounts();
  readonly #doubts = { invalidated: new Histogram(DOUBT_BOUNDS), recovered: new Histogram(DOUBT_BOUNDS) };
  readonly #suspectSince = new WeakMap<Connection, number>();

  countTracked({ owner }: Connection): void {
    this.#tracked.add({ [OWNER]: owner });
  }

  count(event: VerdictEvent, connection: Connection, { reason }: Verdict): void {
    switch (event) {
      case 'suspect':
        this.#suspectSince.set(connection, performance.now());
        this.#suspicions.add({ [REASON]: reason ?? 'none' });
        break;
      case 'recovered':
        this.#endDoubt(connection, 'recovered');
        this.#recoveries.add({});
        break;
      case 'rerouted':
        this.#suspectSince.delete(connection);
        this.#reroutes.add({ [REASON]: reason ?? 'none' });
        break;
      case 'invalidated':
        this.#endDoubt(connection, 'invalidated');
        this.#invalidations.add({ [REASON]: reason ?? 'none' });
        break;
    }
  }

  snapshot(connections: Iterable<Connection>, stats: MonitorStats): MetricsSnapshot {
    return {
      startedAt: this.#startedAt,
      takenAt: Date.now(),
      metrics: [...this.#connectionMetrics(connections), ...monitorMetrics(stats)],
    };
  }

  #endDoubt(connection: Connection, outcome: 'invalidated' | 'recovered'): void {
    const since = this.#suspectSince.get(connection);
    if (since === undefined) return;
    this.#suspectSince.delete(connection);
    this.#doubts[outcome].record((performance.now() - since) / 1000);
  }

  #connectionMetrics(connections: Iterable<Connection>): Metric[] {
    this.#open.reset();
    for (const { state, owner } of connections) this.#open.add({ [STATE]: state, [OWNER]: owner });
    return [
      {
        name: 'roamkit.connection.count',
        kind: 'up-down-counter',
        unit: '{connection}',
        description: 'Connections tracked now, by state and owner.',
        points: this.#open.points(),
      },
      {
        name: 'roamkit.connection.tracked',
        kind: 'counter',
        unit: '{connection}',
        description: 'Connections ever tracked, by owner.',
        points: this.#tracked.points(),
      },
      {
        name: 'roamkit.connection.suspicions',
        kind: 'counter',
        unit: '{suspicion}',
        description: 'Times that a connection turned suspect, by reason.',
        points: this.#suspicions.points(),
      },
      {
        name: 'roamkit.connection.recoveries',
        kind: 'counter',
        unit: '{recovery}',
        description: 'Times that a suspect or rerouted connection was routable again as before.',
        points: this.#recoveries.points(),
      },
      {
        name: 'roamkit.connection.reroutes',
        kind: 'counter',
        unit: '{reroute}',
        description: "Times that a connection's traffic went another way, by reason.",
        points: this.#reroutes.points(),
      },
      {
        name: 'roamkit.connection.invalidations',
        kind: 'counter',
        unit: '{connection}',
        description: 'Connections closed because their peer could not be reached any more, by reason.',
        points: this.#invalidations.points(),
      },
      {
        name: 'roamkit.connection.suspect.duration',
        kind: 'histogram',
        unit: 's',
        description:
          'How long connections were suspect until they were invalidated or recovered, by outcome.',
        points: (['invalidated', 'recovered'] as const).map((outcome) =>
          this.#doubts[outcome].point({ [OUTCOME]: outcome }),
        ),
      },
    ];
  }
}
