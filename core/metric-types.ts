/** What a measured value belongs to: `{ 'roamkit.verdict.reason': 'link-down' }`. */
export type MetricAttributes = Readonly<Record<string, string>>;

/** A value of a counter or a gauge. */
export interface NumberPoint {
  readonly attributes: MetricAttributes;
  readonly value: number;
}

/** How often values fell between which bounds. */
export interface HistogramPoint {
  readonly attributes: MetricAttributes;
  readonly count: number;
  readonly sum: number;
  /** `null` where nothing was recorded; the same with `max`. */
  readonly min: number | null;
  readonly max: number | null;
  /** Upper bounds, inclusive, rising. */
  readonly bounds: readonly number[];
  /** How many values are within each bound and above the one before; the last: above all bounds. One more than `bounds`. */
  readonly counts: readonly number[];
}

interface MetricDescription {
  /** As OpenTelemetry's semantic conventions have it: dots between namespaces, `roamkit.connection.invalidations`. */
  readonly name: string;
  readonly description: string;
  /** In UCUM: `s`, `By`, `{connection}`. */
  readonly unit: string;
}

/**
 * One instrument and its values, by OpenTelemetry's data model: a `counter` only grows, from the registry's or the
 * monitor's start on; an `up-down-counter` is a number that may be summed over processes; a `histogram` is cumulative.
 */
export type Metric =
  | (MetricDescription & {
      readonly kind: 'counter' | 'up-down-counter' | 'gauge';
      readonly points: readonly NumberPoint[];
    })
  | (MetricDescription & { readonly kind: 'histogram'; readonly points: readonly HistogramPoint[] });

/** All that is counted, at one time: plain data, good for JSON. */
export interface MetricsSnapshot {
  /** When counting began: milliseconds since 1970 (OTLP's start time). */
  readonly startedAt: number;
  /** When it was taken: milliseconds since 1970. */
  readonly takenAt: number;
  readonly metrics: readonly Metric[];
}
