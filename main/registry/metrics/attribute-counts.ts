import type { MetricAttributes, NumberPoint } from '../../../core/metric-types.js';

/** Counts, one for each combination of attributes that occurred. */
export class AttributeCounts {
  readonly #points = new Map<string, { readonly attributes: MetricAttributes; value: number }>();

  add(attributes: MetricAttributes): void {
    const key = JSON.stringify(attributes);
    const point = this.#points.get(key);
    if (point === undefined) this.#points.set(key, { attributes, value: 1 });
    else point.value++;
  }

  /** Begins anew, with 0 for each combination that occurred. */
  reset(): void {
    for (const point of this.#points.values()) point.value = 0;
  }

  points(): readonly NumberPoint[] {
    return [...this.#points.values()].map(({ attributes, value }) => ({ attributes, value }));
  }
}
