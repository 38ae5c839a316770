import { type HrTime, type Meter, type MetricOptions, type Observable, ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { ConnectionRegistry, Metric } from 'roamkit';

/** Has a meter observe a registry's counters and gauges: all with one snapshot, each time that they are collected. */
export function observeRegistry(meter: Meter, registry: ConnectionRegistry): void {
  const create = {
    counter: (name: string, options: MetricOptions) => meter.createObservableCounter(name, options),
    'up-down-counter': (name: string, options: MetricOptions) =>
      meter.createObservableUpDownCounter(name, options),
    gauge: (name: string, options: MetricOptions) => meter.createObservableGauge(name, options),
  };
  const instruments = new Map<string, Observable>();
  for (const { name, kind, unit, description } of registry.metrics().metrics) {
    if (kind === 'histogram') continue;
    instruments.set(name, create[kind](name, { unit, description, valueType: ValueType.INT }));
  }
  meter.addBatchObservableCallback(
    (result) => {
      for (const metric of registry.metrics().metrics) {
        const instrument = instruments.get(metric.name);
        if (instrument === undefined || metric.kind === 'histogram') continue;
        for (const { value, attributes } of metric.points) result.observe(instrument, value, attributes);
      }
    },
    [...instruments.values()],
  );
}

/** A registry's histograms, which no instrument of the API can observe, for the `metricProducers` of a reader. */
export function histogramsOf(registry: ConnectionRegistry): MetricProducer {
  return {
    async collect() {
      const { startedAt, takenAt, metrics } = registry.metrics();
      const histograms = metrics.flatMap((metric) =>
        histogramData(metric, toHrTime(startedAt), toHrTime(takenAt)),
      );
      const scopeMetrics = [{ scope: { name: 'roamkit' }, metrics: histograms }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

function histogramData(metric: Metric, startTime: HrTime, endTime: HrTime): HistogramMetricData[] {
  if (metric.kind !== 'histogram') return [];
  const { name, unit, description, points } = metric;
  return [
    {
      descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
      dataPointType: DataPointType.HISTOGRAM,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPoints: points.map(({ attributes, count, sum, min, max, bounds, counts }) => ({
        attributes,
        startTime,
        endTime,
        value: {
          count,
          sum,
          ...(min === null || max === null ? {} : { min, max }),
          buckets: { boundaries: [...bounds], counts: [...counts] },
        },
      })),
    },
  ];
}

function toHrTime(unixMs: number): HrTime {
  return [Math.floor(unixMs / 1000), (unixMs % 1000) * 1e6];
}
