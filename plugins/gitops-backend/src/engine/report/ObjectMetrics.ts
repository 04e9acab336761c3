import {
  MetricsService,
  MetricsServiceObservableResult,
} from '@backstage/backend-plugin-api/alpha';
import {
  CommonStatus,
  ConditionType,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { Homes } from '../../homes/Homes';
import { cacheKey, referenceTo } from '../../homes/ObjectCache';

/** The labels of one object; no others, for they are of the same for ever. */
interface ObjectLabels {
  [label: string]: string;
  home: string;
  kind: string;
  namespace: string;
  name: string;
}

/** Values of the label `status`; an object that is gone has none of them. */
const STATUSES = ['True', 'False', 'Unknown'];

/**
 * How the objects are that are in view, as the gauges `gotk_reconcile_condition`
 * (of `Ready`; 1 for the status that it has, else 0) and `gotk_suspend_status`
 * (fluxcd/pkg, runtime), with `home` besides. Read out of the caches when they are
 * collected; each replica tells the same.
 *
 * There is no `gotk_resource_info`: its labels change with each revision, and
 * OpenTelemetry for JavaScript (2.12) goes on telling a series that nobody observes.
 */
export class ObjectMetrics {
  private readonly homes: Homes;
  private readonly ready;
  private readonly suspended;
  private readonly toldReady = new Map<string, ObjectLabels>();
  private readonly toldSuspended = new Map<string, ObjectLabels>();

  constructor(options: { homes: Homes; metrics: MetricsService }) {
    const { metrics } = options;
    this.homes = options.homes;
    this.ready = metrics.createObservableGauge('gotk_reconcile_condition', {
      description: 'The current condition of a GitOps object: 1 or 0',
    });
    this.suspended = metrics.createObservableGauge('gotk_suspend_status', {
      description: 'Whether a GitOps object is suspended: 1 or 0',
    });
  }

  start(): void {
    this.ready.addCallback(this.observeReady);
    this.suspended.addCallback(this.observeSuspended);
  }

  stop(): void {
    this.ready.removeCallback(this.observeReady);
    this.suspended.removeCallback(this.observeSuspended);
  }

  private readonly observeReady = (
    result: MetricsServiceObservableResult<ObjectLabels>,
  ) => {
    for (const { labels, object } of this.objects(this.toldReady)) {
      const ready = object && readyOf(object);
      for (const status of STATUSES) {
        const of = { ...labels, type: ConditionType.Ready, status };
        result.observe(Number(status === ready), of);
      }
    }
  };

  private readonly observeSuspended = (
    result: MetricsServiceObservableResult<ObjectLabels>,
  ) => {
    for (const { labels, object } of this.objects(this.toldSuspended)) {
      const { suspend } = (object?.spec ?? {}) as { suspend?: unknown };
      result.observe(Number(suspend === true), labels);
    }
  };

  /** All objects; and once those that were told and are gone. */
  private *objects(
    told: Map<string, ObjectLabels>,
  ): Generator<{ labels: ObjectLabels; object?: GitopsObject }> {
    const gone = new Map(told);
    for (const home of this.homes.list()) {
      for (const object of home.cache.list()) {
        const reference = referenceTo(object);
        const key = `${home.name}/${cacheKey(reference)}`;
        const labels: ObjectLabels = { home: home.name, ...reference };
        gone.delete(key);
        told.set(key, labels);
        yield { labels, object };
      }
    }
    for (const [key, labels] of gone) {
      told.delete(key);
      yield { labels };
    }
  }
}

/** Of what has no condition yet, nothing is known. */
function readyOf(object: GitopsObject): string {
  const { conditions }: CommonStatus = object.status ?? {};
  const ready = conditions?.find(({ type }) => type === ConditionType.Ready);
  return ready?.status ?? 'Unknown';
}
