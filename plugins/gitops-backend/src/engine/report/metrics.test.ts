import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { MetricsService } from '@backstage/backend-plugin-api/alpha';
import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { UnavailableCluster } from '../../homes/UnavailableCluster';
import { ObjectMetrics } from './ObjectMetrics';
import { ServiceReconcileMetrics } from './ReconcileMetrics';

/** What OpenTelemetry collected, by name of the metric. */
async function collect(reader: PeriodicExportingMetricReader) {
  const { resourceMetrics } = await reader.collect();
  return new Map(
    resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .map(metric => [metric.descriptor.name, metric]),
  );
}

describe('metrics', () => {
  let reader: PeriodicExportingMetricReader;
  let provider: MeterProvider;
  let metrics: MetricsService;

  beforeEach(() => {
    reader = new PeriodicExportingMetricReader({
      exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
      exportIntervalMillis: 3_600_000,
    });
    provider = new MeterProvider({ readers: [reader] });
    metrics = provider.getMeter('test') as MetricsService;
  });

  afterEach(() => provider.shutdown());

  it('have the duration of runs, with the name and buckets of Flux', async () => {
    new ServiceReconcileMetrics({ metrics }).reconciled({
      home: 'demo',
      kind: 'Kustomization',
      namespace: 'default',
      name: 'app',
      outcome: 'done',
      durationMs: 250,
    });
    const metric = (await collect(reader)).get(
      'gotk_reconcile_duration_seconds',
    );
    expect(metric).toMatchObject({
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [
        {
          attributes: {
            home: 'demo',
            kind: 'Kustomization',
            namespace: 'default',
            name: 'app',
          },
          value: { count: 1, sum: 0.25 },
        },
      ],
    });
    const [{ value }] = metric!.dataPoints;
    const { boundaries } = (value as { buckets: { boundaries: number[] } })
      .buckets;
    expect(boundaries).toHaveLength(10);
    expect(boundaries[0]).toBeCloseTo(0.01);
    expect(boundaries[9]).toBeCloseTo(1_800);
  });

  it('have the condition of each object, and none of those that are gone', async () => {
    const home = new Home({
      name: 'demo',
      mode: 'observe',
      client: new UnavailableCluster(new Error('not asked')),
      allowPortalCredential: false,
    });
    const app = (ready?: string, suspend?: boolean): GitopsObject => ({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'app', namespace: 'team' },
      spec: { suspend },
      status: { conditions: ready ? [{ type: 'Ready', status: ready }] : [] },
    });
    const told = async () => {
      const all = await collect(reader);
      const ones = ['gotk_reconcile_condition', 'gotk_suspend_status'].map(
        name =>
          (all.get(name)?.dataPoints ?? [])
            .filter(({ value }) => value === 1)
            .map(({ attributes }) => attributes),
      );
      return { ready: ones[0], suspended: ones[1] };
    };
    const labels = {
      ...{ home: 'demo', kind: 'Kustomization' },
      ...{ namespace: 'team', name: 'app' },
    };
    const objectMetrics = new ObjectMetrics({
      homes: new Homes([home]),
      metrics,
    });
    objectMetrics.start();

    for (const [ready, status] of [
      [undefined, 'Unknown'],
      ['False', 'False'],
      ['True', 'True'],
    ]) {
      home.cache.set(app(ready), []);
      expect(await told()).toEqual({
        ready: [{ ...labels, type: 'Ready', status }],
        suspended: [],
      });
    }
    home.cache.set(app('True', true), []);
    expect(await told()).toMatchObject({ suspended: [labels] });

    home.cache.delete({
      kind: 'Kustomization',
      namespace: 'team',
      name: 'app',
    });
    expect(await told()).toEqual({ ready: [], suspended: [] });
    home.cache.set(app('True'), []);
    expect(await told()).toMatchObject({ ready: [{ status: 'True' }] });
    objectMetrics.stop();
  });
});
