/** The quantiles that the benchmarks print, of figures in any unit. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Throws on an empty list: a benchmark that measured nothing has failed. */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (quantile: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
    if (value === undefined) throw new Error('nothing was measured');
    return value;
  };
  return { count: sorted.length, min: at(0), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** One line of a table: `name  n  min  p50  p95  p99  max`. */
export function summaryLine(name: string, values: readonly number[]): string {
  const { count, ...quantiles } = summarise(values);
  const figures = Object.values(quantiles).map((value) => value.toFixed(3).padStart(9));
  return `${name.padEnd(26)}${String(count).padStart(5)}${figures.join('')}`;
}

/** The heading that fits {@link summaryLine}. */
export const summaryHeading = `${'milliseconds'.padEnd(26)}${['n', 'min', 'p50', 'p95', 'p99', 'max']
  .map((name, index) => name.padStart(index === 0 ? 5 : 9))
  .join('')}`;
