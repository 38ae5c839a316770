import { expect, it } from 'vitest';
import { Histogram } from '../../../../../main/registry/metrics/histogram.js';

it('counts values within inclusive upper bounds, and those above all of them', () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0.5, 1, 1.5, 2, 2.5, 100]) histogram.record(value);
  expect(histogram.point({ outcome: 'x' })).toEqual({
    attributes: { outcome: 'x' },
    count: 6,
    sum: 107.5,
    min: 0.5,
    max: 100,
    bounds: [1, 2],
    counts: [2, 2, 2],
  });
});

it('is empty at first, and its snapshots stay as they are', () => {
  const histogram = new Histogram([1]);
  const empty = histogram.point({});
  histogram.record(1);
  expect(empty).toEqual({
    attributes: {},
    count: 0,
    sum: 0,
    min: null,
    max: null,
    bounds: [1],
    counts: [0, 0],
  });
});
