import { summarise } from '../summary.js';

/** A line of a table in Markdown. */
export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A table's first two lines. */
export function heading(cells: readonly string[]): string {
  return `${row(cells)}\n${row(cells.map(() => '---'))}`;
}

/** `1.5 s`. */
export function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`;
}

/** `50 / 95 / max`, in whole milliseconds. */
export function quantiles(values: readonly number[]): string {
  const { p50, p95, max } = summarise(values);
  return [p50, p95, max].map(Math.round).join(' / ');
}
