import type { HistogramPoint, MetricAttributes } from '../../../core/metric-types.js';

/** A cumulative histogram with explicit bounds, as OpenTelemetry's data model has it. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #min: number | null = null;
  #max: number | null = null;

  /** `bounds`: upper and inclusive, rising. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  record(value: number): void {
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const bucket = found === -1 ? this.#bounds.length : found;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
    this.#min = Math.min(this.#min ?? value, value);
    this.#max = Math.max(this.#max ?? value, value);
  }

  point(attributes: MetricAttributes): HistogramPoint {
    return {
      attributes,
      count: this.#counts.reduce((sum, count) => sum + count, 0),
      sum: this.#sum,
      min: this.#min,
      max: this.#max,
      bounds: this.#bounds,
      counts: [...this.#counts],
    };
  }
}
