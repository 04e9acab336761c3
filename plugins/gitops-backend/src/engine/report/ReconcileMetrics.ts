import { MetricsService } from '@backstage/backend-plugin-api/alpha';

/** One finished run. */
export interface ReconciledSample {
  home: string;
  kind: string;
  namespace: string;
  name: string;
  outcome: string;
  durationMs: number;
}

/** Where the engine leaves its figures. */
export interface ReconcileMetrics {
  reconciled(sample: ReconciledSample): void;
}

/** Metrics through Backstage's metrics service, under Flux's name and labels. */
export class ServiceReconcileMetrics implements ReconcileMetrics {
  private readonly duration;
  private readonly runs;

  constructor(options: { metrics: MetricsService }) {
    this.duration = options.metrics.createHistogram(
      'gotk_reconcile_duration_seconds',
      {
        description: 'Duration of a reconcile of one object',
        unit: 's',
      },
    );
    this.runs = options.metrics.createCounter('gitops_reconcile_total', {
      description: 'Reconciles by kind and outcome',
    });
  }

  reconciled(sample: ReconciledSample): void {
    this.duration.record(sample.durationMs / 1000, {
      home: sample.home,
      kind: sample.kind,
      namespace: sample.namespace,
      name: sample.name,
    });
    this.runs.add(1, { kind: sample.kind, outcome: sample.outcome });
  }
}
